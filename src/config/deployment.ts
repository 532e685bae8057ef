import { CrmwatchError } from '../std/std.ts';
import { formatYaml, parseYaml } from './yaml.ts';

/**
 * The demonstration and the end-to-end tests load the files of deploy/ themselves, and change only addresses
 * and intervals. These functions make those changes, so that nothing else can differ.
 */
export type PrometheusOverrides = {
  /** host:port of each. */
  readonly exporters: readonly string[];
  readonly responder: string;
  readonly alertmanager: string;
  /** Folder that holds recording.yaml and alerts.yaml. */
  readonly ruleFolder: string;
  readonly scrapeInterval: string;
  readonly evaluationInterval: string;
};

export type AlertmanagerOverrides = {
  readonly webhookUrl: string;
  /** File with the bearer token of the intake, when it asks for one. */
  readonly webhookTokenFile?: string;
  readonly smtpSmarthost?: string;
  readonly groupWait: string;
  readonly groupInterval: string;
  readonly watchdogInterval: string;
};

type Mapping = Record<string, unknown>;

function mapping(value: unknown, place: string): Mapping {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Mapping;
  throw new CrmwatchError('config_invalid', `${place} is no map`, {
    remedy: 'restore the file from the release of crmwatch you run',
  });
}

function mappings(value: unknown, place: string): Mapping[] {
  if (!Array.isArray(value)) return [mapping(undefined, place)];
  return value.map((item, index) => mapping(item, `${place}[${index}]`));
}

function parse(text: string, fileName: string): Mapping {
  const parsed = parseYaml(text, fileName);
  if (parsed.ok) return mapping(parsed.value, fileName);
  const { place, message, remedy } = parsed.problem;
  throw new CrmwatchError('config_invalid', `${place}: ${message}`, { remedy });
}

/** Rewrites deploy/prometheus.yml. */
export function overridePrometheus(text: string, overrides: PrometheusOverrides): string {
  const config = parse(text, 'deploy/prometheus.yml');
  const global = mapping(config['global'], 'global');
  global['scrape_interval'] = overrides.scrapeInterval;
  // Prometheus refuses a timeout longer than the interval.
  global['scrape_timeout'] = overrides.scrapeInterval;
  global['evaluation_interval'] = overrides.evaluationInterval;
  config['rule_files'] = ['recording.yaml', 'alerts.yaml'].map(
    (name) => `${overrides.ruleFolder}/${name}`,
  );
  const alerting = mapping(config['alerting'], 'alerting');
  const [alertmanager] = mappings(alerting['alertmanagers'], 'alerting.alertmanagers');
  mapping(alertmanager, 'alerting.alertmanagers[0]')['static_configs'] = [
    { targets: [overrides.alertmanager] },
  ];
  const addresses: Readonly<Record<string, readonly string[]>> = {
    'crmwatch-exporter': overrides.exporters,
    'crmwatch-responder': [overrides.responder],
  };
  for (const job of mappings(config['scrape_configs'], 'scrape_configs')) {
    const targets = addresses[String(job['job_name'])];
    if (targets !== undefined) job['static_configs'] = [{ targets: [...targets] }];
  }
  return formatYaml(config);
}

/** Rewrites deploy/alertmanager.yml. */
export function overrideAlertmanager(text: string, overrides: AlertmanagerOverrides): string {
  const config = parse(text, 'deploy/alertmanager.yml');
  if (overrides.smtpSmarthost !== undefined) {
    mapping(config['global'], 'global')['smtp_smarthost'] = overrides.smtpSmarthost;
  }
  const route = mapping(config['route'], 'route');
  route['group_wait'] = overrides.groupWait;
  route['group_interval'] = overrides.groupInterval;
  for (const child of mappings(route['routes'], 'route.routes')) {
    if (child['group_interval'] !== undefined) {
      child['group_interval'] = overrides.watchdogInterval;
      child['repeat_interval'] = overrides.watchdogInterval;
    }
  }
  for (const receiver of mappings(config['receivers'], 'receivers')) {
    if (receiver['webhook_configs'] === undefined) continue;
    for (const webhook of mappings(receiver['webhook_configs'], 'webhook_configs')) {
      webhook['url'] = overrides.webhookUrl;
      if (overrides.webhookTokenFile !== undefined) {
        webhook['http_config'] = {
          ...mapping(webhook['http_config'] ?? {}, 'http_config'),
          authorization: { credentials_file: overrides.webhookTokenFile },
        };
      }
    }
  }
  return formatYaml(config);
}

export type DemonstrationOverrides = {
  /** Every target is a copy of the first one of the file. File names are relative to the configuration. */
  readonly targets: readonly {
    readonly name: string;
    readonly url: string;
    readonly authentication: Readonly<Record<string, unknown>>;
    readonly caFile: string;
  }[];
  readonly exporterPort: number;
  readonly responderPort: number;
  readonly prometheusUrl: string;
  readonly alertmanagerUrl?: string;
};

/** Rewrites deploy/demonstration.yaml. */
export function overrideDemonstration(text: string, overrides: DemonstrationOverrides): string {
  const config = parse(text, 'deploy/demonstration.yaml');
  const [template] = mappings(config['targets'], 'targets');
  const connection = mapping(template?.['connection'], 'targets[0].connection');
  config['targets'] = overrides.targets.map(({ name, url, authentication, caFile }) => ({
    ...template,
    name,
    connection: {
      ...connection,
      url,
      tls: { ca_file: caFile },
      authentication,
    },
  }));
  config['exporter'] = { listen: `127.0.0.1:${overrides.exporterPort}` };
  config['responder'] = {
    ...mapping(config['responder'], 'responder'),
    listen: `127.0.0.1:${overrides.responderPort}`,
    prometheus: { url: overrides.prometheusUrl },
    ...(overrides.alertmanagerUrl === undefined
      ? {}
      : { alertmanagers: [{ url: overrides.alertmanagerUrl }] }),
  };
  return formatYaml(config);
}

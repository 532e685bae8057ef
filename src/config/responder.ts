import type { MaskingRules } from '../responder/alerts/alerts.ts';
import { channelOptions } from '../responder/notify/notify.ts';
import type { ChannelOptions } from '../responder/notify/notify.ts';
import { decode, secretReference } from '../std/std.ts';
import type { Decoder, SecretReference } from '../std/std.ts';
import { DEFAULT_ACCESS, accessDecoder } from './access.ts';
import type { AccessConfig } from './access.ts';
import { listenAddress, uniquelyNamed } from './common.ts';
import type { ListenAddress } from './common.ts';
import {
  DEFAULT_WATCHDOG,
  alertmanagersDecoder,
  sourceProblem,
  watchdogDecoder,
  withSources,
} from './upstream.ts';
import type { AlertmanagerConfig, WatchdogConfig } from './upstream.ts';
import { DEFAULT_PROMETHEUS_URL, prometheusDecoder } from './prometheus.ts';
import type { PrometheusConfig } from './prometheus.ts';
import { sendersDecoder } from './senders.ts';
import type { SenderConfig } from './senders.ts';
import { DEFAULT_CORRELATION, correlationDecoder, dependenciesDecoder } from './correlation.ts';
import type { CorrelationConfig, DependencyConfig } from './correlation.ts';
import { DEFAULT_FLAPPING } from '../responder/incidents/incidents.ts';
import type { FlappingSettings, MaintenanceSchedule } from '../responder/incidents/incidents.ts';
import type { HoldOffRule } from '../responder/pipeline/pipeline.ts';
import { DEFAULT_EVIDENCE, evidenceDecoder } from './evidence.ts';
import type { EvidenceConfig } from './evidence.ts';
import { flappingDecoder } from './flapping.ts';
import { holdOffDecoder } from './hold-off.ts';
import { maintenanceDecoder } from './maintenance.ts';
import { DEFAULT_STORM, stormDecoder } from './storm.ts';
import type { StormConfig } from './storm.ts';
import { DEFAULT_RETENTION_CONFIG, retentionDecoder } from './retention.ts';
import type { RetentionConfig } from './retention.ts';
import { DEFAULT_MASKING, maskingDecoder } from './masking.ts';
import { storeDecoder } from './store.ts';
import type { StoreConfig } from './store.ts';

export type ResponderConfig = {
  readonly listen: ListenAddress;
  /** Relative to the folder of the configuration file. */
  readonly dataFolder: string;
  readonly store: StoreConfig;
  readonly publicUrl?: string;
  readonly prometheus: PrometheusConfig;
  readonly alertmanagers: readonly AlertmanagerConfig[];
  readonly reconcileIntervalMs: number;
  readonly watchdog: WatchdogConfig;
  /** Relative to the folder of the configuration file. */
  readonly webConfigFile?: string;
  readonly senders: readonly SenderConfig[];
  readonly consoleToken?: SecretReference;
  readonly access: AccessConfig;
  readonly allowedHosts: readonly string[];
  readonly modelFile?: string;
  readonly diagnosisDelayMs: number;
  readonly verificationIntervalMs: number;
  readonly reopenWindowMs: number;
  readonly storm: StormConfig;
  readonly maintenance: readonly MaintenanceSchedule[];
  readonly holdOff: readonly HoldOffRule[];
  readonly flapping: FlappingSettings;
  readonly evidence: EvidenceConfig;
  readonly dependencies: readonly DependencyConfig[];
  readonly correlation: CorrelationConfig;
  readonly masking: MaskingRules;
  readonly retention: RetentionConfig;
  readonly notify: readonly ChannelOptions[];
};

const responderKeys = decode.refine(
  decode.object({
    listen: decode.withDefault(
      listenAddress(),
      { host: '127.0.0.1', port: 9969 },
      'where the console, the API and the alert intake are served',
      '127.0.0.1:9969',
    ),
    data_folder: decode.withDefault(
      decode.text(),
      'data',
      'folder of the incident database; relative to this file',
      'data',
    ),
    store: decode.withDefault(
      storeDecoder,
      { engine: 'sqlite', allowUnsafeDurability: false },
      'where incidents are kept',
      '{ engine: sqlite }',
    ),
    public_url: decode.optional(
      decode.url(),
      'address of the console as people reach it; used in notifications',
    ),
    prometheus: decode.withDefault(
      prometheusDecoder,
      { url: DEFAULT_PROMETHEUS_URL },
      'where evidence comes from',
      'see below',
    ),
    alertmanagers: decode.withDefault(
      alertmanagersDecoder,
      [],
      'the Alertmanagers that deliver here, all peers of each; asked for what deliveries missed',
      'nobody is asked',
    ),
    reconcile_interval: decode.withDefault(
      decode.duration({ minimumMs: 1000, maximumMs: 60_000 }),
      30_000,
      'time between two looks at what Alertmanagers and Prometheus hold',
      '30s',
    ),
    watchdog: decode.withDefault(
      watchdogDecoder,
      DEFAULT_WATCHDOG,
      'the alert that always fires, which proves that alerts arrive',
      'see below',
    ),
    web_config: decode.optional(
      decode.text(),
      'file with TLS and client certificates, as exporters have it (docs/exporter/web.md); relative to this file',
    ),
    senders: decode.withDefault(
      sendersDecoder,
      [],
      'who may deliver alerts; required unless listening on a loopback address',
      'anybody, on loopback only',
    ),
    console_token: decode.optional(
      secretReference(),
      'token for the console and the API, with the role admin; required unless listening on a loopback address, or ' +
        'access says who may use them',
    ),
    access: decode.withDefault(
      accessDecoder,
      DEFAULT_ACCESS,
      'who else may use the console and the API',
      'each of its own',
    ),
    allowed_hosts: decode.withDefault(
      decode.list(decode.text(), { maximumLength: 100 }),
      [],
      'host names by which browsers may reach the console, besides localhost and public_url',
      '[]',
    ),
    model: decode.optional(
      decode.text(),
      'file of the classifier; the one that ships is used otherwise',
    ),
    diagnosis_delay: decode.withDefault(
      decode.duration({ maximumMs: 600_000 }),
      10_000,
      'wait after the first alert, so that its siblings arrive before the diagnosis',
      '10s',
    ),
    verification_interval: decode.withDefault(
      decode.duration({ minimumMs: 1000, maximumMs: 3_600_000 }),
      30_000,
      'time between two verifications of an incident whose alerts are gone',
      '30s',
    ),
    reopen_window: decode.withDefault(
      decode.duration({ maximumMs: 7 * 86_400_000 }),
      1_800_000,
      'an alert this soon after the recovery reopens the incident instead of opening another',
      '30m',
    ),
    evidence: decode.withDefault(
      evidenceDecoder,
      DEFAULT_EVIDENCE,
      'what a diagnosis asks besides measurements and probes',
      'see below',
    ),
    dependencies: decode.withDefault(
      dependenciesDecoder,
      [],
      'what depends on what; alerts join the incident of what their target depends on, and a diagnosis looks there too',
      '[]',
    ),
    correlation: decode.withDefault(
      correlationDecoder,
      DEFAULT_CORRELATION,
      'how alerts of different targets join one incident',
      'see below',
    ),
    storm: decode.withDefault(
      stormDecoder,
      DEFAULT_STORM,
      'when people are told of many incidents at once',
      'see below',
    ),
    masking: decode.withDefault(
      maskingDecoder,
      DEFAULT_MASKING,
      'personal data that pseudonyms take the place of before alerts are kept',
      'see below',
    ),
    retention: decode.withDefault(
      retentionDecoder,
      DEFAULT_RETENTION_CONFIG,
      'what is kept for how long (docs/responder/retention.md)',
      'see below',
    ),
    maintenance: decode.withDefault(
      maintenanceDecoder,
      [],
      'windows in which pages are delayed, each once or again and again',
      '[]',
    ),
    hold_off: decode.withDefault(
      holdOffDecoder,
      [],
      'alerts that page only when they stay; the first rule that fits is taken',
      '[]',
    ),
    flapping: decode.withDefault(
      flappingDecoder,
      DEFAULT_FLAPPING,
      'alerts that come and go page once and not each time',
      'see below',
    ),
    notify: decode.withDefault(
      uniquelyNamed(decode.list(channelOptions, { maximumLength: 50 }), 'channel'),
      [],
      'whom to tell',
      'nobody',
    ),
  }),
  ({ alertmanagers, senders }) => sourceProblem(alertmanagers, senders),
);

const plainResponder: Decoder<ResponderConfig> = decode.transform(responderKeys, (decoded) => ({
  listen: decoded.listen,
  dataFolder: decoded.data_folder,
  store: decoded.store,
  ...(decoded.public_url === undefined ? {} : { publicUrl: decoded.public_url }),
  prometheus: decoded.prometheus,
  alertmanagers: withSources(decoded.alertmanagers, decoded.senders),
  reconcileIntervalMs: decoded.reconcile_interval,
  watchdog: decoded.watchdog,
  ...(decoded.web_config === undefined ? {} : { webConfigFile: decoded.web_config }),
  senders: decoded.senders,
  ...(decoded.console_token === undefined ? {} : { consoleToken: decoded.console_token }),
  access: decoded.access,
  allowedHosts: decoded.allowed_hosts,
  ...(decoded.model === undefined ? {} : { modelFile: decoded.model }),
  diagnosisDelayMs: decoded.diagnosis_delay,
  verificationIntervalMs: decoded.verification_interval,
  reopenWindowMs: decoded.reopen_window,
  evidence: decoded.evidence,
  dependencies: decoded.dependencies,
  correlation: decoded.correlation,
  storm: decoded.storm,
  masking: decoded.masking,
  retention: decoded.retention,
  maintenance: decoded.maintenance,
  holdOff: decoded.hold_off,
  flapping: decoded.flapping,
  notify: decoded.notify,
}));

export const responderDecoder: Decoder<ResponderConfig> = decode.refine(
  plainResponder,
  ({ access, publicUrl }) =>
    access.oidc === undefined || publicUrl !== undefined
      ? undefined
      : {
          at: 'access.oidc',
          message: 'needs public_url, to which the identity provider sends people back',
          remedy: 'add public_url beside access',
        },
);

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRuntime, startResponder } from '../../src/app/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { IncidentDetailView, IncidentSummaryView } from '../../src/console/console.ts';
import { startAlertmanager } from './alertmanager.ts';
import type { RealAlertmanager } from './alertmanager.ts';
import { startDeliveryProxy } from './delivery-proxy.ts';
import type { DeliveryProxy } from './delivery-proxy.ts';
import { waitUntil } from './program.ts';
import { startPrometheus } from './real-prometheus.ts';
import type { RealPrometheus } from './real-prometheus.ts';

/** What the traps share: a Prometheus in which no rule is true, and a CRM that is well, with its exporter's page. */
export type TrapWorld = {
  readonly folder: string;
  readonly prometheus: RealPrometheus;
  /** host:port of the CRM `shop`; it serves the page of the exporter as well. */
  readonly crm: string;
  /** A free place for one trap. */
  place(): string;
  stop(): Promise<void>;
};

/** The alerts of the traps. They are rules of ours, so a fresh run of the reachability probe proves recovery. */
export const UNREACHABLE: Readonly<Record<string, string>> = {
  alertname: 'CrmUnreachable',
  target: 'shop',
  severity: 'critical',
};
export const TROUBLES: readonly Readonly<Record<string, string>>[] = [
  UNREACHABLE,
  ...['background_jobs', 'certificate'].map((probe) => ({
    alertname: 'CrmProbeFailed',
    target: 'shop',
    severity: 'warning',
    probe,
  })),
];

export async function startTrapWorld(): Promise<TrapWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-traps-'));
  const server = createServer((request, response) => {
    response.end(request.url === '/metrics' ? 'crm_target_info{target="shop"} 1\n' : '{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const crm = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const prometheus = await startPrometheus({
    folder: join(folder, 'prometheus'),
    rules: ['CrmUnreachable', 'CrmProbeFailed'].map((alert) => ({ alert, expr: 'vector(0) > 1' })),
    exporter: crm,
  });
  let places = 0;
  return {
    folder,
    prometheus,
    crm,
    place() {
      const path = join(folder, `trap-${places++}`);
      mkdirSync(path);
      return path;
    },
    async stop() {
      await prometheus.stop();
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Trap = {
  readonly alertmanagers: readonly RealAlertmanager[];
  readonly proxy: DeliveryProxy;
  readonly url: string;
  incidents(): Promise<readonly IncidentSummaryView[]>;
  /** The only incident that there is; throws when there are none or several. */
  only(): Promise<IncidentDetailView>;
  /** Waits until the only incident looks so. */
  reach(what: string, isSo: (incident: IncidentDetailView) => boolean): Promise<IncidentDetailView>;
  /** Waits until so many deliveries, of those that are meant, were answered by the responder, and worked on. */
  delivered(count: number, which?: (alerts: string, path: string) => boolean): Promise<void>;
  until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void>;
  metric(line: string): Promise<number>;
} & AsyncDisposable;

export type TrapOptions = {
  /** Each gives the configuration of one Alertmanager, which delivers to this URL. */
  readonly alertmanagers: readonly ((url: string) => object)[];
  /** Keys of the responder's section, in place of the usual ones. */
  readonly responder?: object;
  /** How far the clock of the responder is before those of the senders. */
  readonly skewMs?: number;
  /** Whether deliveries are all that the responder learns from. */
  readonly isDeaf?: true;
  readonly prometheusUrl?: string;
};

const LIMIT_MS = 60_000;
const UNPROCESSED = 'crmwatch_intake_unprocessed';

type Route = Readonly<Record<string, unknown>>;

/** An Alertmanager that tells quickly; `route` and `webhook` have the last word. */
export function quickly(
  options: { route?: Route; webhook?: Route; rest?: Route } = {},
): (url: string) => object {
  const { route = {}, webhook = {}, rest = {} } = options;
  return (url) => ({
    route: {
      receiver: 'crmwatch',
      group_by: ['target'],
      group_wait: '0s',
      group_interval: '1s',
      repeat_interval: '1h',
      ...route,
    },
    receivers: [
      {
        name: 'crmwatch',
        webhook_configs: [{ url, send_resolved: true, max_alerts: 0, ...webhook }],
      },
    ],
    ...rest,
  });
}

async function startPeers(
  folder: string,
  url: string,
  { alertmanagers }: TrapOptions,
): Promise<readonly RealAlertmanager[]> {
  return Promise.all(
    alertmanagers.map(async (configure, index) =>
      startAlertmanager({
        folder: join(folder, `alertmanager-${index}`),
        configuration: configure(`${url}/peer-${index}`),
      }),
    ),
  );
}

function writeConfiguration(
  world: TrapWorld,
  folder: string,
  alertmanagers: readonly RealAlertmanager[],
  { responder = {}, isDeaf, prometheusUrl }: TrapOptions,
): string {
  const targets = [
    ['shop', `http://${world.crm}`],
    ['broken', 'http://127.0.0.1:1'],
  ].map(([name, url]) => ({
    name,
    connection: {
      platform: 'rest',
      url,
      authentication: { method: 'none' },
      health: { path: '/health' },
    },
  }));
  const file = join(folder, 'crmwatch.yaml');
  const configuration = {
    log_level: 'error',
    targets,
    responder: {
      listen: '127.0.0.1:0',
      prometheus: { url: prometheusUrl ?? world.prometheus.url },
      ...(isDeaf === true ? {} : { alertmanagers: alertmanagers.map(({ url }) => ({ url })) }),
      reconcile_interval: '1s',
      watchdog: { expected: 'never' },
      diagnosis_delay: '100ms',
      verification_interval: '1s',
      ...responder,
    },
  };
  writeFileSync(file, JSON.stringify(configuration));
  return file;
}

/** Real Alertmanagers that deliver through a proxy to a real responder of their own, which asks them and Prometheus. */
export async function setTrap(world: TrapWorld, options: TrapOptions): Promise<Trap> {
  const folder = world.place();
  const responder = { url: '' };
  const proxy = await startDeliveryProxy(() => `${responder.url}/api/v1/alerts/alertmanager`);
  const alertmanagers = await startPeers(folder, proxy.url, options);
  const runtime = createRuntime('silent');
  const { clock } = runtime;
  const { skewMs = 0 } = options;
  const file = writeConfiguration(world, folder, alertmanagers, options);
  const running = await startResponder(loadConfig(file, {}), {
    ...runtime,
    clock: { ...clock, now: () => clock.now() + skewMs },
  });
  responder.url = running.url;

  async function get(path: string): Promise<string> {
    const answer = await fetch(`${running.url}${path}`);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return answer.text();
  }

  async function incidents(): Promise<readonly IncidentSummaryView[]> {
    const page = JSON.parse(await get('/api/v1/incidents?state=all&limit=200')) as {
      incidents: readonly IncidentSummaryView[];
    };
    return page.incidents;
  }

  async function only(): Promise<IncidentDetailView> {
    const [incident, ...others] = await incidents();
    if (incident === undefined || others.length > 0) {
      throw new Error(`expected one incident, found ${others.length + (incident ? 1 : 0)}`);
    }
    return JSON.parse(await get(`/api/v1/incidents/${incident.id}`)) as IncidentDetailView;
  }

  async function metric(line: string): Promise<number> {
    const lines = (await get('/metrics')).split('\n');
    return Number(lines.find((text) => text.startsWith(`${line} `))?.split(' ')[1] ?? Number.NaN);
  }

  /** For people who read why a test failed. */
  async function tell(): Promise<object> {
    const seen = await incidents();
    const phases = seen.map(({ title, phase, recovery }) => `${title} ${phase} ${recovery}`);
    const [first] = seen;
    const detail = first === undefined ? '{}' : await get(`/api/v1/incidents/${first.id}`);
    const { timeline } = JSON.parse(detail) as Partial<IncidentDetailView>;
    const lines = timeline?.map(({ actor, text }) => `${actor}: ${text}`).slice(-8);
    return { phases, lines, deliveries: proxy.deliveries.slice(-5) };
  }

  async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
    const seen = { told: '' };
    const look = async (): Promise<boolean> => {
      seen.told = JSON.stringify(await tell());
      return isSo();
    };
    await waitUntil(look, { timeoutMs: LIMIT_MS, describe: () => `${what}: ${seen.told}` });
  }

  return {
    alertmanagers,
    proxy,
    url: running.url,
    incidents,
    only,
    until,
    async reach(what, isSo) {
      const seen: { incident?: IncidentDetailView } = {};
      await until(what, async () => {
        const [any] = await incidents();
        if (any === undefined) return false;
        seen.incident = await only();
        return isSo(seen.incident);
      });
      return seen.incident ?? only();
    },
    async delivered(count, which = () => true) {
      await until(
        `${count} deliveries`,
        () =>
          proxy.deliveries.filter(
            ({ alerts, path, status }) => status === 200 && which(alerts.join(), path),
          ).length >= count,
      );
      // Answered is only committed; what became of it follows.
      await until('an empty inbox', async () => (await metric(UNPROCESSED)) === 0);
    },
    metric,
    async [Symbol.asyncDispose]() {
      await Promise.all(alertmanagers.map((alertmanager) => alertmanager.stop()));
      await proxy.stop();
      await running.stop();
    },
  };
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterAddress } from './cluster-network.ts';
import { findLastingPort, findProgram, startProgram, waitUntil } from './program.ts';
import type { Program } from './program.ts';

const PROGRAM = 'prometheus-alertmanager';
const LAUNCHES_MAX = 10;
export const hasAlertmanager: boolean = findProgram(PROGRAM) !== undefined;

/** What is posted to it, as Prometheus would. Times are relative to now, in seconds. */
export type PostedAlert = {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startedAgo?: number;
  /** Milliseconds since the epoch, in place of `startedAgo`: the same for every peer, as Prometheus tells them. */
  readonly startedAtMs?: number;
  /** Fires for an hour when it is left out; 0 or more resolves it. */
  readonly endedAgo?: number;
};

export type HeldAlert = {
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAtMs: number;
  /** When it was told of it last, by its own clock. */
  readonly updatedAtMs: number;
};

type AlertOfApi = {
  readonly labels: Record<string, string>;
  readonly status: { readonly state: string };
  readonly startsAt: string;
  readonly updatedAt: string;
};

export type RealAlertmanager = {
  readonly url: string;
  post(...alerts: readonly PostedAlert[]): Promise<void>;
  /** Silences alerts with these labels, for an hour unless told otherwise. */
  silence(labels: Readonly<Record<string, string>>, lastsMs?: number): Promise<void>;
  /** Alerts that it holds, silenced and inhibited included: `name state`. */
  held(): Promise<readonly string[]>;
  /** Of the alerts that it holds, those with these labels. */
  find(labels: Readonly<Record<string, string>>): Promise<readonly HeldAlert[]>;
  /** The value of one line of its metrics. */
  metric(name: string, labels?: string): Promise<number>;
  /** Another configuration, in force when this resolves. */
  reload(configuration: object): Promise<void>;
  kill(): Promise<void>;
  /** Again, on the same port; with nothing of what it knew when `afresh`. */
  start(afresh?: boolean): Promise<void>;
  /** SIGTERM unless told otherwise. */
  stop(signal?: NodeJS.Signals): Promise<void>;
};

export type AlertmanagerOptions = {
  readonly folder: string;
  /** An object, or the text of a file. */
  readonly configuration: object | string;
  /** Another Alertmanager than that of this machine: the path of its program. */
  readonly program?: string;
  /** As a peer of a cluster; alone otherwise. */
  readonly cluster?: ClusterAddress & { readonly fellowPorts: readonly number[] };
};

/** As the defaults, with every wait shortened: peers know within a second or two who is there and who is not. */
function clusterArguments(cluster: AlertmanagerOptions['cluster']): readonly string[] {
  if (cluster === undefined) return ['--cluster.listen-address='];
  return [
    `--cluster.listen-address=127.0.0.1:${cluster.listenPort}`,
    `--cluster.advertise-address=127.0.0.1:${cluster.advertisedPort}`,
    ...cluster.fellowPorts.map((port) => `--cluster.peer=127.0.0.1:${port}`),
    '--cluster.peer-timeout=1s',
    '--cluster.gossip-interval=50ms',
    '--cluster.pushpull-interval=1s',
    '--cluster.probe-interval=200ms',
    '--cluster.probe-timeout=100ms',
    '--cluster.tcp-timeout=1s',
    '--cluster.settle-timeout=5s',
    '--cluster.reconnect-interval=500ms',
  ];
}

/** An Alertmanager on a port of its own. */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<RealAlertmanager> {
  const { folder } = options;
  const port = await findLastingPort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, 'alertmanager.yml');
  const running: { program?: Program; life: number } = { life: 0 };
  mkdirSync(folder, { recursive: true });

  // JSON is YAML.
  const write = (configuration: object | string): void =>
    writeFileSync(
      file,
      typeof configuration === 'string' ? configuration : JSON.stringify(configuration),
    );

  async function start(afresh = false): Promise<void> {
    if (afresh) running.life++;
    const launch = (): Program =>
      startProgram(options.program ?? PROGRAM, {
        arguments: [
          `--config.file=${file}`,
          `--storage.path=${join(folder, `data-${running.life}`)}`,
          `--web.listen-address=127.0.0.1:${port}`,
          ...clusterArguments(options.cluster),
        ],
        logFile: join(folder, 'alertmanager.log'),
      });
    let program = launch();
    running.program = program;
    let launches = 1;
    const isReady = async (): Promise<boolean> => {
      // Something else may have had its port while it was down.
      if (program.hasEnded()) {
        if (launches++ >= LAUNCHES_MAX) throw new Error(`it does not start: ${program.log()}`);
        running.program = program = launch();
      }
      return (await fetch(`${url}/-/ready`).catch(() => null))?.ok ?? false;
    };
    await waitUntil(isReady, { timeoutMs: 60_000, describe: () => program.log() });
  }

  async function ask(path: string, body?: object): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(`${url}${path}`, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 300)}`);
    return text;
  }

  async function metric(name: string, labels = ''): Promise<number> {
    const lines = (await ask('/metrics')).split('\n');
    const line = lines.find((text) => text.startsWith(`${name}${labels} `));
    return Number(line?.split(' ').at(-1) ?? Number.NaN);
  }

  write(options.configuration);
  await start();
  return {
    url,
    async post(...alerts) {
      const nowMs = Date.now();
      const time = (secondsAgo: number): string =>
        new Date(nowMs - secondsAgo * 1000).toISOString();
      const body = alerts.map((alert) => {
        const { labels, annotations = {}, startedAgo = 60, endedAgo = -3600 } = alert;
        const { startedAtMs = nowMs - startedAgo * 1000 } = alert;
        const startsAt = new Date(startedAtMs).toISOString();
        return { labels, annotations, startsAt, endsAt: time(endedAgo) };
      });
      await ask('/api/v2/alerts', body);
    },
    async silence(labels, lastsMs = 3_600_000) {
      const matchers = Object.entries(labels).map(([name, value]) => {
        return { name, value, isRegex: false, isEqual: true };
      });
      const times = {
        startsAt: new Date().toISOString(),
        endsAt: new Date(Date.now() + lastsMs).toISOString(),
      };
      await ask('/api/v2/silences', { matchers, ...times, createdBy: 'ann', comment: 'a test' });
    },
    async find(labels) {
      const alerts = JSON.parse(await ask('/api/v2/alerts')) as readonly AlertOfApi[];
      return alerts
        .filter((alert) => Object.entries(labels).every(([name, is]) => alert.labels[name] === is))
        .map((alert) => {
          const { startsAt, updatedAt } = alert;
          const startsAtMs = Date.parse(startsAt);
          return { labels: alert.labels, startsAtMs, updatedAtMs: Date.parse(updatedAt) };
        });
    },
    async held() {
      const alerts = JSON.parse(await ask('/api/v2/alerts')) as readonly AlertOfApi[];
      return alerts.map(({ labels, status }) => `${labels['alertname']} ${status.state}`);
    },
    metric,
    async reload(configuration) {
      const before = await metric('alertmanager_config_hash');
      write(configuration);
      await ask('/-/reload', {});
      await waitUntil(async () => (await metric('alertmanager_config_hash')) !== before, {
        timeoutMs: 30_000,
        describe: () => running.program?.log() ?? '',
      });
    },
    kill: async () => running.program?.stop('SIGKILL'),
    start,
    stop: async (signal) => running.program?.stop(signal),
  };
}

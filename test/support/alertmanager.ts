import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort, findProgram, startProgram, waitUntil } from './program.ts';
import type { Program } from './program.ts';

const PROGRAM = 'prometheus-alertmanager';
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

export type RealAlertmanager = {
  readonly url: string;
  post(...alerts: readonly PostedAlert[]): Promise<void>;
  /** Silences one alert name for an hour. */
  silence(alertname: string): Promise<void>;
  /** Alerts that it holds, silenced and inhibited included: `name state`. */
  held(): Promise<readonly string[]>;
  /** The value of one line of its metrics. */
  metric(name: string, labels?: string): Promise<number>;
  /** Another configuration, in force when this resolves. */
  reload(configuration: object): Promise<void>;
  kill(): Promise<void>;
  /** Again, on the same port; with nothing of what it knew when `afresh`. */
  start(afresh?: boolean): Promise<void>;
  stop(): Promise<void>;
};

export type AlertmanagerOptions = {
  readonly folder: string;
  readonly configuration: object;
};

/** The Alertmanager of this machine on a port of its own. */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<RealAlertmanager> {
  const { folder } = options;
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, 'alertmanager.yml');
  const running: { program?: Program; life: number } = { life: 0 };
  mkdirSync(folder, { recursive: true });

  // JSON is YAML.
  const write = (configuration: object): void => writeFileSync(file, JSON.stringify(configuration));

  async function start(afresh = false): Promise<void> {
    if (afresh) running.life++;
    running.program = startProgram(PROGRAM, {
      arguments: [
        `--config.file=${file}`,
        `--storage.path=${join(folder, `data-${running.life}`)}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ],
      logFile: join(folder, 'alertmanager.log'),
    });
    await waitUntil(async () => (await fetch(`${url}/-/ready`).catch(() => null))?.ok ?? false, {
      timeoutMs: 60_000,
      describe: () => running.program?.log() ?? '',
    });
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
    async silence(alertname) {
      const matchers = [{ name: 'alertname', value: alertname, isRegex: false, isEqual: true }];
      const times = {
        startsAt: new Date().toISOString(),
        endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      };
      await ask('/api/v2/silences', { matchers, ...times, createdBy: 'ann', comment: 'a test' });
    },
    async held() {
      const alerts = JSON.parse(await ask('/api/v2/alerts')) as readonly {
        labels: Record<string, string>;
        status: { state: string };
      }[];
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
    stop: async () => running.program?.stop(),
  };
}

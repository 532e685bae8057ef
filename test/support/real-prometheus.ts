import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort, findProgram, startProgram, waitUntil } from './program.ts';
import type { Program } from './program.ts';

const PROGRAM = 'prometheus';
export const hasPrometheus: boolean = findProgram(PROGRAM) !== undefined;

export type AlertRule = {
  readonly alert: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
};

export type RealPrometheus = {
  readonly url: string;
  /** Other rules, in force when this resolves. */
  setRules(rules: readonly AlertRule[]): Promise<void>;
  /** Tells these Alertmanagers, as host:port, from now on. */
  tell(alertmanagers: readonly string[]): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
};

export type PrometheusOptions = {
  readonly folder: string;
  readonly rules: readonly AlertRule[];
  /** host:port of the Alertmanagers that it tells. */
  readonly alertmanagers?: readonly string[];
  /** host:port of a page of the exporter. */
  readonly exporter?: string;
};

/** The Prometheus of this machine: it scrapes, evaluates and tells again every second. */
export async function startPrometheus(options: PrometheusOptions): Promise<RealPrometheus> {
  const { folder, exporter } = options;
  let { alertmanagers = [] } = options;
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(folder, { recursive: true });
  const running: { program?: Program } = {};

  function write(rules: readonly AlertRule[]): void {
    // JSON is YAML.
    const groups = rules.length === 0 ? [] : [{ name: 'traps', interval: '1s', rules }];
    writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups }));
    const configuration = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [join(folder, 'rules.yml')],
      alerting: { alertmanagers: [{ static_configs: [{ targets: alertmanagers }] }] },
      scrape_configs:
        exporter === undefined
          ? []
          : [{ job_name: 'crmwatch-exporter', static_configs: [{ targets: [exporter] }] }],
    };
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(configuration));
  }

  async function names(): Promise<string> {
    const answer = await fetch(`${url}/api/v1/rules`).catch(() => null);
    if (answer === null || !answer.ok) return 'not ready';
    const { data } = (await answer.json()) as {
      data: { groups: { rules: { name: string; lastEvaluation: string }[] }[] };
    };
    const rules = data.groups.flatMap((group) => group.rules);
    if (rules.some(({ lastEvaluation }) => lastEvaluation.startsWith('0001'))) return 'not ready';
    return rules.map(({ name }) => name).join();
  }

  async function until(rules: readonly AlertRule[]): Promise<void> {
    const wanted = rules.map(({ alert }) => alert).join();
    await waitUntil(async () => (await names()) === wanted, {
      timeoutMs: 60_000,
      describe: () => running.program?.log() ?? '',
    });
  }

  let current = options.rules;
  async function start(): Promise<void> {
    running.program = startProgram(PROGRAM, {
      arguments: [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--rules.alert.resend-delay=1s',
      ],
      logFile: join(folder, 'prometheus.log'),
    });
    await until(current);
  }

  write(current);
  await start();
  async function reload(rules: readonly AlertRule[]): Promise<void> {
    current = rules;
    write(rules);
    running.program?.signal('SIGHUP');
    await until(rules);
  }

  return {
    url,
    setRules: reload,
    async tell(next) {
      alertmanagers = next;
      await reload(current);
    },
    stop: async () => running.program?.stop(),
    start,
  };
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { overrideAlertmanager, overridePrometheus } from '../config/config.ts';
import { createHttpClient } from '../http/http.ts';
import type { HttpClient } from '../http/http.ts';
import type { Clock } from '../std/std.ts';
import { findFreePort, startProcess } from './processes.ts';
import type { ProcessOptions, RunningProcess } from './processes.ts';
import { REPOSITORY_FOLDER, readRepositoryFile } from './repository.ts';

export type StackOptions = {
  readonly folder: string;
  /** host:port where the exporters and the responder listen. */
  readonly exporters: readonly string[];
  readonly responder: string;
  /** With recording.yaml and alerts.yaml; those of the repository when absent. */
  readonly ruleFolder?: string;
  readonly intakeTokenFile?: string;
  readonly smtpSmarthost?: string;
  readonly intervals: StackIntervals;
  /** 0 picks a free port. */
  readonly prometheusPort: number;
  readonly alertmanagerPort: number;
  readonly clock: Clock;
};

/** In Prometheus' notation. */
export type StackIntervals = {
  readonly scrape: string;
  readonly evaluation: string;
  readonly groupWait: string;
  readonly groupInterval: string;
  readonly watchdog: string;
};

export type Stack = {
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  /** Of Prometheus and of Alertmanager, for the last resort of a caller that dies before it can stop them. */
  pids(): readonly number[];
  /** Resolves with the reason when Prometheus or Alertmanager ends without being asked to. */
  readonly ended: Promise<string>;
  /** Ends Alertmanager and starts it again on the same port and storage. */
  restartAlertmanager(): Promise<void>;
  stop(): Promise<void>;
};

const READY_TIMEOUT_MS = 60_000;

type Ports = { readonly prometheus: number; readonly alertmanager: number };

function writeConfigurations(options: StackOptions, ports: Ports): void {
  const { folder, intervals } = options;
  for (const name of ['prometheus', 'alertmanager']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  writeFileSync(
    join(folder, 'prometheus.yml'),
    overridePrometheus(readRepositoryFile('deploy/prometheus.yml'), {
      exporters: options.exporters,
      responder: options.responder,
      alertmanager: `127.0.0.1:${ports.alertmanager}`,
      ruleFolder: options.ruleFolder ?? join(REPOSITORY_FOLDER, 'alert-rules'),
      scrapeInterval: intervals.scrape,
      evaluationInterval: intervals.evaluation,
    }),
  );
  const { intakeTokenFile, smtpSmarthost } = options;
  writeFileSync(
    join(folder, 'alertmanager.yml'),
    overrideAlertmanager(readRepositoryFile('deploy/alertmanager.yml'), {
      webhookUrl: `http://${options.responder}/api/v1/alerts/alertmanager`,
      groupWait: intervals.groupWait,
      groupInterval: intervals.groupInterval,
      watchdogInterval: intervals.watchdog,
      ...(intakeTokenFile === undefined ? {} : { webhookTokenFile: intakeTokenFile }),
      ...(smtpSmarthost === undefined ? {} : { smtpSmarthost }),
    }),
  );
}

/** What both programs have in common. */
function processOptions(
  options: StackOptions,
  http: HttpClient,
  name: 'Prometheus' | 'Alertmanager',
  port: number,
): Omit<ProcessOptions, 'program' | 'arguments'> {
  const { folder, clock } = options;
  return {
    name,
    folder,
    logFile: join(folder, `${name.toLowerCase()}.log`),
    readyUrl: `http://127.0.0.1:${port}/-/ready`,
    readyTimeoutMs: READY_TIMEOUT_MS,
    http,
    clock,
  };
}

function alertmanagerProcess(
  options: StackOptions,
  http: HttpClient,
  port: number,
): ProcessOptions {
  return {
    ...processOptions(options, http, 'Alertmanager', port),
    program: 'prometheus-alertmanager',
    arguments: [
      `--config.file=${join(options.folder, 'alertmanager.yml')}`,
      `--storage.path=${join(options.folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // No cluster: it would listen on all interfaces.
      '--cluster.listen-address=',
    ],
  };
}

function prometheusProcess(options: StackOptions, http: HttpClient, port: number): ProcessOptions {
  return {
    ...processOptions(options, http, 'Prometheus', port),
    program: 'prometheus',
    arguments: [
      `--config.file=${join(options.folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(options.folder, 'prometheus')}`,
      '--storage.tsdb.retention.time=7d',
      `--web.listen-address=127.0.0.1:${port}`,
    ],
  };
}

/**
 * Starts the real Prometheus and Alertmanager of this machine with the files of deploy/ and alert-rules/.
 * Throws program_missing or program_failed; nothing is left running then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const ports: Ports = {
    prometheus: options.prometheusPort === 0 ? await findFreePort() : options.prometheusPort,
    alertmanager: options.alertmanagerPort === 0 ? await findFreePort() : options.alertmanagerPort,
  };
  const http = createHttpClient({ allow: ['127.0.0.1'] }, { clock: options.clock });
  writeConfigurations(options, ports);
  let alertmanager = await startProcess(alertmanagerProcess(options, http, ports.alertmanager));
  let prometheus: RunningProcess;
  try {
    prometheus = await startProcess(prometheusProcess(options, http, ports.prometheus));
  } catch (error) {
    await alertmanager.stop();
    throw error;
  }
  const unexpected = Promise.withResolvers<string>();
  const expected = new Set<RunningProcess>();
  async function watch(running: RunningProcess): Promise<void> {
    const { code } = await running.ended;
    if (expected.has(running)) return;
    unexpected.resolve(`${running.name} ended by itself with code ${code ?? 'none'}`);
  }
  async function stopExpectedly(running: RunningProcess): Promise<void> {
    expected.add(running);
    await running.stop();
  }
  void watch(prometheus);
  void watch(alertmanager);
  return {
    prometheusUrl: `http://127.0.0.1:${ports.prometheus}`,
    alertmanagerUrl: `http://127.0.0.1:${ports.alertmanager}`,
    pids: () => [prometheus.pid, alertmanager.pid],
    ended: unexpected.promise,
    async restartAlertmanager() {
      await stopExpectedly(alertmanager);
      alertmanager = await startProcess(alertmanagerProcess(options, http, ports.alertmanager));
      void watch(alertmanager);
    },
    async stop() {
      await Promise.all([stopExpectedly(prometheus), stopExpectedly(alertmanager)]);
      http.close();
    },
  };
}

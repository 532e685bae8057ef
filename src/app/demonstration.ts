import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig } from '../config/config.ts';
import { createSandbox, createSandboxControl } from '../sandbox/sandbox.ts';
import { CrmwatchError } from '../std/std.ts';
import { writeDemonstrationConfig } from './demonstration-config.ts';
import { startDemonstrationStack } from './demonstration-stack.ts';
import type { Dependencies } from './exporter.ts';
import { startAll } from './run.ts';
import { findSandbox, writeSandboxFile } from './sandbox-file.ts';

export type DemonstrationOptions = {
  readonly folder: string;
  readonly runtime: Dependencies;
  /** Told what is being started, since that takes some seconds. */
  readonly onProgress: (line: string) => void;
  readonly onEvent: (line: string) => void;
};

export type Demonstration = {
  readonly folder: string;
  readonly addresses: readonly { readonly name: string; readonly url: string }[];
  /** Resolves with the reason when one of the programs ends by itself. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
};

const ANSWER_LIMIT_MS = 2000;

type CleanUp = () => Promise<void>;

/** Runs what was started in reverse order; every step runs although another fails. */
async function cleanUpAll(steps: CleanUp[]): Promise<void> {
  for (const step of steps.splice(0).toReversed()) {
    await step().catch(() => {});
  }
}

/** A second demonstration in the same folder would pull the data from under the first. */
async function refuseSecond(folder: string): Promise<void> {
  try {
    await createSandboxControl({ ...findSandbox(folder), timeoutMs: ANSWER_LIMIT_MS }).faults();
  } catch (error) {
    // Nobody answers: what the file names has ended.
    if (error instanceof CrmwatchError) return;
    throw error;
  }
  throw new CrmwatchError('address_in_use', `a demonstration runs in ${folder} already`, {
    remedy: 'stop it with Ctrl-C in its terminal, or name another folder with --data',
  });
}

async function start(options: DemonstrationOptions, cleanUps: CleanUp[]): Promise<Demonstration> {
  const { runtime, onProgress } = options;
  const folder = resolve(options.folder);
  await refuseSecond(folder);
  mkdirSync(folder, { recursive: true });
  onProgress('starting the sandbox CRM');
  const sandbox = createSandbox({
    databaseFile: join(folder, 'sandbox.sqlite'),
    tls: true,
    ...runtime,
  });
  cleanUps.push(async () => sandbox.stop());
  const crm = await sandbox.start();
  writeSandboxFile(folder, { url: crm.controlUrl, token: crm.controlToken });
  onProgress('starting Prometheus and Alertmanager');
  const { stack, addresses } = await startDemonstrationStack(folder, runtime.clock);
  cleanUps.push(async () => stack.stop());
  onProgress('starting the exporter and the responder');
  const configFile = writeDemonstrationConfig(
    folder,
    [{ name: 'sandbox', addresses: crm, method: 'bearer' }],
    addresses,
  );
  const all = await startAll(loadConfig(configFile, process.env), runtime);
  cleanUps.push(async () => all.stop());
  all.onEvent(options.onEvent);
  return {
    folder,
    addresses: [
      { name: 'console', url: all.responderUrl },
      { name: 'exporter', url: all.exporterUrl },
      { name: 'Prometheus', url: stack.prometheusUrl },
      { name: 'Alertmanager', url: stack.alertmanagerUrl },
      { name: 'sandbox CRM', url: crm.url },
    ],
    ended: stack.ended,
    stop: async () => cleanUpAll(cleanUps),
  };
}

/**
 * The main job as a demonstration: sandbox CRM, exporter, Prometheus, Alertmanager and responder on loopback.
 * When something cannot be started, what was started before is stopped again.
 */
export async function startDemonstration(options: DemonstrationOptions): Promise<Demonstration> {
  const cleanUps: CleanUp[] = [];
  try {
    return await start(options, cleanUps);
  } catch (error) {
    await cleanUpAll(cleanUps);
    throw error;
  }
}

import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TARGETS } from './deliveries.ts';
import type { GeneratorMessage, GeneratorOptions, LoadWindow } from './generator.ts';
import type { LoadOptions } from './options.ts';
import { isInMemory, measureSyncMs, readProcess } from './process-facts.ts';
import { startMeasuredResponder } from './responder.ts';
import type { MeasuredResponder } from './responder.ts';

/** One line of the table: what was sent and answered, and how the responder was at its end. */
export type LoadLine = LoadWindow & {
  readonly residentMegabytes: number;
  /** Processors of the responder that were busy on average. */
  readonly responderCores: number;
  readonly unprocessed: number;
};

export type LoadResult = {
  /** What the disk takes for one write that lasts: the measure of everything that is durable. */
  readonly syncMs: number;
  readonly lines: readonly LoadLine[];
  readonly total: LoadWindow;
  readonly peakMegabytes: number;
  readonly responderCores: number;
  /** When the load ended. */
  readonly unprocessed: number;
  /** From the end of the load; null when it was not within `CATCH_UP_MS`. */
  readonly caughtUpSeconds: number | null;
};

export const CATCH_UP_MS = 300_000;
const GENERATOR = join(import.meta.dirname, 'generator.ts');
/** Beside the code, which is on a disk; the folder of temporary files may be in memory. */
const FOLDER = resolve(import.meta.dirname, '../../../.crmwatch/bench');
const MINUTE_SECONDS = 60;
const SHORT_SECONDS = 10;

function targetsOf(crmPort: number): readonly object[] {
  return TARGETS.map((name) => ({
    name,
    connection: {
      platform: 'rest',
      url: `http://127.0.0.1:${crmPort}`,
      authentication: { method: 'none' },
      health: { path: '/health' },
    },
  }));
}

type Generator = {
  readonly messages: AsyncIterable<readonly [GeneratorMessage]>;
  start(url: string): void;
  stop(): Promise<void>;
};

function startGenerator(options: GeneratorOptions): Generator {
  const child = fork(GENERATOR, [JSON.stringify(options)], { stdio: 'inherit' });
  const ended = once(child, 'exit');
  // A generator that dies tells nothing more; the loop over its messages must end then.
  const gone = new AbortController();
  child.once('exit', () => gone.abort(new Error('the generator ended')));
  return {
    messages: on(child, 'message', { signal: gone.signal }) as Generator['messages'],
    start: (url) => void child.send({ url }),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}

async function measureWindow(
  responder: MeasuredResponder,
  window: LoadWindow,
  cpuBefore: number,
): Promise<{ readonly line: LoadLine; readonly cpuSeconds: number }> {
  const { residentMegabytes, cpuSeconds } = readProcess(responder.processId);
  const responderCores = (cpuSeconds - cpuBefore) / window.seconds;
  const unprocessed = await responder.unprocessed();
  return { line: { ...window, residentMegabytes, responderCores, unprocessed }, cpuSeconds };
}

/** Runs the load against one store; `print` hears each line when its stretch is over. */
export async function measureLoad(
  options: LoadOptions,
  store: object | null,
  print: (line: LoadLine) => void,
): Promise<LoadResult> {
  mkdirSync(FOLDER, { recursive: true });
  if (isInMemory(FOLDER)) throw new Error(`${FOLDER} is in memory, where nothing is durable`);
  const folder = mkdtempSync(join(FOLDER, 'load-'));
  const syncMs = measureSyncMs(folder);
  const seconds = options.minutes * MINUTE_SECONDS;
  const windowSeconds = options.minutes >= 2 ? MINUTE_SECONDS : SHORT_SECONDS;
  const { alertsPerDelivery, rate, senders } = options;
  const generator = startGenerator({ seconds, windowSeconds, alertsPerDelivery, rate, senders });
  const lines: LoadLine[] = [];
  let responder: MeasuredResponder | undefined;
  let cpuBefore = 0;
  let cpuStart = 0;
  try {
    for await (const [message] of generator.messages) {
      if (message.kind === 'ready') {
        const targets = targetsOf(message.crmPort);
        responder = await startMeasuredResponder({ folder, store, targets });
        cpuStart = cpuBefore = readProcess(responder.processId).cpuSeconds;
        generator.start(`${responder.url}/api/v1/alerts/alertmanager`);
        continue;
      }
      if (responder === undefined) continue;
      const { line, cpuSeconds } = await measureWindow(responder, message.window, cpuBefore);
      cpuBefore = cpuSeconds;
      if (message.kind === 'window') {
        lines.push(line);
        print(line);
        continue;
      }
      const caughtUpSeconds = await responder.catchUp(CATCH_UP_MS);
      return {
        syncMs,
        lines,
        total: message.window,
        peakMegabytes: readProcess(responder.processId).peakMegabytes,
        responderCores: (cpuSeconds - cpuStart) / message.window.seconds,
        unprocessed: line.unprocessed,
        caughtUpSeconds,
      };
    }
    throw new Error('the generator ended before it had told all');
  } finally {
    await generator.stop();
    await responder?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

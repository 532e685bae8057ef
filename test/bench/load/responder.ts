import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findFreePort } from '../../../src/app/processes.ts';

/** A responder in a process of its own, and how much of its inbox is not in incidents yet. */
export type MeasuredResponder = {
  readonly processId: number;
  readonly url: string;
  /** Events that were accepted and are not in incidents yet; NaN while it does not answer. */
  unprocessed(): Promise<number>;
  /** Seconds until nothing is unprocessed; null when that takes longer than `limitMs`. */
  catchUp(limitMs: number): Promise<number | null>;
  stop(): Promise<void>;
};

export type ResponderPlace = {
  readonly folder: string;
  /** The key `store`; null for a file in the folder. */
  readonly store: object | null;
  readonly targets: readonly object[];
};

/** The command as it is installed, with what it sets for the memory; it becomes the responder itself. */
const COMMAND = join(import.meta.dirname, '../../../deploy/setup/crmwatch');
const START_LIMIT_MS = 60_000;
const GAUGE = /^crmwatch_intake_unprocessed (\d+)$/m;

async function serves(url: string, child: ChildProcess): Promise<boolean> {
  const beginMs = performance.now();
  while (child.exitCode === null && performance.now() - beginMs < START_LIMIT_MS) {
    const answer = await fetch(`${url}/-/healthy`).catch(() => null);
    if (answer?.ok === true) return true;
    await wait(20);
  }
  return false;
}

export async function startMeasuredResponder(place: ResponderPlace): Promise<MeasuredResponder> {
  const file = join(place.folder, 'crmwatch.yaml');
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const responder = {
    listen: `127.0.0.1:${port}`,
    // Nobody is there: the bench is about what comes in.
    prometheus: { url: 'http://127.0.0.1:9' },
    watchdog: { expected: 'never' },
    ...(place.store === null ? {} : { store: place.store }),
  };
  const configuration = { log_level: 'error', targets: place.targets, responder };
  writeFileSync(file, JSON.stringify(configuration));
  const words = ['responder', '--config', file];
  const child = spawn(COMMAND, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  if (!(await serves(url, child))) {
    child.kill('SIGKILL');
    throw new Error('the responder does not serve');
  }

  async function unprocessed(): Promise<number> {
    const answer = await fetch(`${url}/metrics`).catch(() => null);
    const page = answer === null ? '' : await answer.text();
    return Number(GAUGE.exec(page)?.[1] ?? Number.NaN);
  }

  return {
    processId: child.pid ?? 0,
    url,
    unprocessed,
    async catchUp(limitMs) {
      const beginMs = performance.now();
      while (performance.now() - beginMs < limitMs) {
        if ((await unprocessed()) === 0) return (performance.now() - beginMs) / 1000;
        await wait(200);
      }
      return null;
    },
    async stop() {
      // What is left in the inbox is of no interest, and may take minutes.
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpClient } from '../../src/http/http.ts';
import { createScheduler } from '../../src/exporter/scheduler/scheduler.ts';
import type { ScheduledProbe } from '../../src/exporter/scheduler/scheduler.ts';
import {
  createSeededRandom,
  createSilentLogger,
  createSystemClock,
  sleep,
} from '../../src/std/std.ts';
import { createRun } from '../support/fake-run.ts';
import type { Figure } from './main.ts';

const OTHERS = 100;
const SECONDS = 20;

function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}

/** Durations of the probes of the other targets, in milliseconds, beside so many that never answer. */
async function measure(hangingCount: number): Promise<readonly number[]> {
  const clock = createSystemClock();
  // `/hang` never answers; everything else does at once.
  const server = createServer((request, response) => {
    if (request.url !== '/hang') response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const durations: number[] = [];
  const probe = (target: string, path: string): ScheduledProbe => {
    const http = createHttpClient({ allow: [`127.0.0.1:${port}`] }, { clock });
    return {
      target,
      probe: 'reachability',
      policy: { intervalMs: 1000, retryIntervalMs: 1000, maxAttempts: 3 },
      fingerprint: '',
      async run(signal) {
        const startMs = clock.monotonicMs();
        const url = `http://127.0.0.1:${port}${path}`;
        await http.request({ method: 'GET', url, timeoutMs: 10_000, signal });
        if (path !== '/hang') durations.push(clock.monotonicMs() - startMs);
        return createRun(target, 'reachability');
      },
    };
  };
  const scheduler = createScheduler(
    [
      ...Array.from({ length: OTHERS }, (_, index) => probe(`other-${index}`, '/')),
      ...Array.from({ length: hangingCount }, (_, index) => probe(`hangs-${index}`, '/hang')),
    ],
    { clock, random: createSeededRandom(1), logger: createSilentLogger() },
    { maximumConcurrent: 20 },
  );
  const alive = setInterval(() => {}, 1000);
  scheduler.start();
  await sleep(clock, SECONDS * 1000);
  await scheduler.stop();
  clearInterval(alive);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return durations;
}

/** What targets that hang do to the others: without any, with one, and with more than there are slots. */
export async function benchBulkhead(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const hangingCount of [0, 1, 40]) {
    const durations = await measure(hangingCount);
    const name = `${OTHERS} targets, ${hangingCount} more that hang`;
    figures.push({ name: `${name}: runs of the others`, value: durations.length, unit: '' });
    figures.push({
      name: `${name}: p95 of their probes`,
      value: percentile(durations, 0.95),
      unit: 'ms',
    });
  }
  return figures;
}

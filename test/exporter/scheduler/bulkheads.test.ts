import { describe, expect, it, onTestFinished } from 'vitest';
import type { ProbeKindName } from '../../../src/catalog/catalog.ts';
import { createScheduler } from '../../../src/exporter/scheduler/scheduler.ts';
import type { ScheduledProbe } from '../../../src/exporter/scheduler/scheduler.ts';
import { createHttpClient } from '../../../src/http/http.ts';
import { createSeededRandom, createSilentLogger, createSystemClock } from '../../../src/std/std.ts';
import { PASSED, createRun } from '../../support/fake-run.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import type { FaultServer } from '../../support/fault-server.ts';
import { createWorld, schedule } from './world.ts';

/** How late the runs of a target began, in milliseconds: its starts are meant to be `intervalMs` apart. */
function delaysOf(starts: readonly number[], intervalMs: number): readonly number[] {
  return starts.slice(1).map((at, index) => at - (starts[index] ?? 0) - intervalMs);
}

describe('an outage of many targets at once', () => {
  it.each([
    ['whole targets hang', 10_000],
    ['one probe of each hangs and another answers', 5],
  ])(
    'delays the others when it begins, and not at each of its checks: %s',
    async (_what, pingMs) => {
      const { clock, probe, startsOf, peaks } = createWorld();
      let isDown = false;
      const policy = { intervalMs: 30_000, retryIntervalMs: 10_000, maxAttempts: 3 };
      const affected = Array.from({ length: 200 }, (_, index) => [
        probe(`cloud-${index}`, 'login', { durationMs: () => (isDown ? 10_000 : 5) }, policy),
        probe(
          `cloud-${index}`,
          'reachability',
          { durationMs: () => (isDown ? pingMs : 5) },
          policy,
        ),
      ]).flat();
      const others = Array.from({ length: 10 }, (_, index) =>
        probe(`other-${index}`, 'login', { durationMs: 5 }, policy),
      );
      schedule(clock, [...affected, ...others], { maximumConcurrent: 4, firstRunSpreadMs: 30_000 });
      await clock.advance(120_000);
      isDown = true;
      await clock.advance(180_000);
      const settledMs = clock.monotonicMs();
      await clock.advance(600_000);
      for (const { target } of others) {
        const starts = startsOf(target).filter((at) => at >= settledMs);
        expect(starts.length, target).toBeGreaterThanOrEqual(19);
        expect(Math.max(...delaysOf(starts, 30_000)), target).toBeLessThan(50);
      }
      // Everything that hangs is bounded by its own limit.
      expect(peaks.total).toBeLessThanOrEqual(4 + 50 * 4);
    },
  );
});

describe('real servers that take a request and never answer', () => {
  const KINDS: readonly ProbeKindName[] = ['reachability', 'login', 'api_latency', 'accounts'];
  const clock = createSystemClock();

  async function startServer(isSilent: boolean): Promise<FaultServer> {
    const server = await startFaultServer();
    if (isSilent) server.setFault({ kind: 'silent' });
    onTestFinished(async () => server.close());
    return server;
  }

  /** A probe that sends one request, with all the time in the world to wait for its answer. */
  function probe(target: string, kind: ProbeKindName, { port, url }: FaultServer): ScheduledProbe {
    const http = createHttpClient({ allow: [`127.0.0.1:${port}`] }, { clock });
    return {
      target,
      probe: kind,
      policy: { intervalMs: 20, retryIntervalMs: 20, maxAttempts: 3 },
      fingerprint: '',
      async run(signal) {
        await http.request({ method: 'GET', url, timeoutMs: 600_000, signal });
        return createRun(target, kind, PASSED);
      },
    };
  }

  it('do not keep one run of the others from taking place, however many they are', async () => {
    const silent = await Promise.all(Array.from({ length: 9 }, async () => startServer(true)));
    const healthy = await Promise.all(Array.from({ length: 5 }, async () => startServer(false)));
    const scheduler = createScheduler(
      [
        ...silent.flatMap((server, index) =>
          KINDS.map((kind) => probe(`silent-${index}`, kind, server)),
        ),
        ...healthy.flatMap((server, index) =>
          KINDS.map((kind) => probe(`healthy-${index}`, kind, server)),
        ),
      ],
      { clock, random: createSeededRandom(1), logger: createSilentLogger() },
      { maximumConcurrent: 3, hangsAfterMs: 30, firstRunSpreadMs: 0 },
    );
    onTestFinished(async () => scheduler.stop());
    const runs = new Map<string, number>();
    const everyOneRan = Promise.withResolvers<void>();
    scheduler.subscribe(({ run }) => {
      const key = `${run.target} ${run.probe}`;
      runs.set(key, (runs.get(key) ?? 0) + 1);
      const isEnough = [...runs.values()].filter((count) => count >= 10).length;
      if (isEnough === healthy.length * KINDS.length) everyOneRan.resolve();
    });
    scheduler.start();
    await everyOneRan.promise;
    // Ten runs of each of the others, and not one of those that hang has ended: they were not waited for.
    expect([...runs.keys()].filter((key) => key.startsWith('silent'))).toEqual([]);
    // Each was asked, and holds no more than the slots of its target; all but three gave their general slots back.
    for (const server of silent) {
      expect(server.seen.length).toBeGreaterThanOrEqual(1);
      expect(server.seen.length).toBeLessThanOrEqual(3);
    }
  });
});

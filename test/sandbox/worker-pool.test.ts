import { describe, expect, it } from 'vitest';

import { createWorkerPool } from '../../src/sandbox/front/worker-pool.ts';
import { createManualClock } from '../support/manual-clock.ts';
import type { ManualClock } from '../support/manual-clock.ts';

const EVEN = { next: () => 0.5 };
const NEVER = new AbortController().signal;

/** How long a call waits for its worker and is worked on. */
async function callMs(
  clock: ManualClock,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<number> {
  const startedMs = clock.monotonicMs();
  const state = { done: false };
  const call = work(NEVER).then(() => void (state.done = true));
  while (!state.done) {
    await clock.advance(0);
    if (!state.done) await clock.advance(10);
  }
  await call;
  return clock.monotonicMs() - startedMs;
}

describe('the workers', () => {
  it('answer at once without load', async () => {
    const clock = createManualClock();
    const pool = createWorkerPool(clock, EVEN);
    expect(await callMs(clock, pool.work)).toBe(0);
  });

  it.each([
    [40, 2],
    [100, 5],
  ])(
    'let a call wait as long as %i clients take with two workers: %i s',
    async (clients, seconds) => {
      const clock = createManualClock();
      const pool = createWorkerPool(clock, EVEN);
      pool.setLoad({ clients, workers: 2, serviceMs: 100 });
      await clock.advance(20_000);
      const waitedMs = await callMs(clock, pool.work);
      expect(waitedMs / 1000).toBeGreaterThan(seconds * 0.8);
      expect(waitedMs / 1000).toBeLessThan(seconds * 1.2);
    },
  );

  it('make calls wait longer as more clients come', async () => {
    const clock = createManualClock();
    const pool = createWorkerPool(clock, EVEN);
    pool.setLoad({ clients: 60, workers: 2, serviceMs: 100 });
    const early = await callMs(clock, pool.work);
    await clock.advance(10_000);
    expect(await callMs(clock, pool.work)).toBeGreaterThan(early + 1000);
  });

  it('serve who waits when the load goes, and leave nothing behind', async () => {
    const clock = createManualClock();
    const pool = createWorkerPool(clock, EVEN);
    pool.setLoad({ clients: 50, workers: 1, serviceMs: 1000 });
    await clock.advance(10_000);
    const call = pool.work(NEVER);
    pool.clearLoad();
    await call;
    await clock.advance(0);
    expect(clock.pendingTimers()).toBe(0);
    expect(await callMs(clock, pool.work)).toBe(0);
  });

  it('give the turn of a client that has gone to the next one', async () => {
    const clock = createManualClock();
    const pool = createWorkerPool(clock, EVEN);
    pool.setLoad({ clients: 1, workers: 1, serviceMs: 100 });
    await clock.advance(50);
    const gone = new AbortController();
    const first = pool.work(gone.signal);
    const second = pool.work(NEVER);
    gone.abort();
    await first;
    await clock.advance(300);
    await second;
    expect(clock.monotonicMs()).toBeLessThan(400);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSharedRuns } from '../../../src/exporter/scheduler/scheduler.ts';
import type {
  RunRequest,
  ScheduledProbe,
  SharedRun,
} from '../../../src/exporter/scheduler/scheduler.ts';
import { createSilentLogger } from '../../../src/std/std.ts';
import { createRun } from '../../support/fake-run.ts';
import { createManualClock } from '../../support/manual-clock.ts';

/** A probe that takes `durationMs`, with what is needed to ask for it. */
function createStage(durationMs = 1000, maximumResults = 100) {
  const clock = createManualClock();
  const finished: SharedRun[] = [];
  const runs = { started: 0, aborted: 0, inFlight: 0, mostInFlight: 0 };
  const shared = createSharedRuns({
    clock,
    maximumResults,
    createLog: () => ({ logger: createSilentLogger(), lines: ['info asked'] }),
    onFinished: (one) => finished.push(one),
  });
  function probeOf(target: string): ScheduledProbe {
    return {
      target,
      probe: 'login',
      policy: { intervalMs: 30_000, retryIntervalMs: 10_000, maxAttempts: 3 },
      fingerprint: target,
      async run(signal) {
        runs.started += 1;
        runs.inFlight += 1;
        runs.mostInFlight = Math.max(runs.mostInFlight, runs.inFlight);
        const number = runs.started;
        await new Promise<void>((resolve) => {
          const timer = clock.after(durationMs, resolve);
          signal.addEventListener('abort', () => {
            runs.aborted += 1;
            timer.cancel();
            resolve();
          });
        });
        runs.inFlight -= 1;
        return { ...createRun(target, 'login'), startedAtMs: number };
      },
    };
  }
  const probe = probeOf('shop');
  const ask = async (request: Partial<RunRequest> = {}, one = probe) =>
    shared.ask(one, {
      deadlineMs: 9500,
      minimumIntervalMs: 1000,
      maximumAgeMs: 300_000,
      signal: new AbortController().signal,
      ...request,
    });
  return { clock, finished, runs, shared, probe, probeOf, ask };
}

describe('shared runs', () => {
  it('answers twenty simultaneous callers with one run', async () => {
    const { clock, runs, ask, finished } = createStage();
    const asked = Array.from({ length: 20 }, async () => ask());
    await clock.advance(1000);
    const answers = await Promise.all(asked);
    expect(runs.started).toBe(1);
    expect(finished).toHaveLength(1);
    for (const answer of answers) {
      expect(answer).toMatchObject({ kind: 'answered', ageSeconds: 0, log: ['info asked'] });
    }
  });

  it('joins a scheduled run in flight, and a scheduled run joins one that was asked for', async () => {
    const { clock, runs, shared, probe, ask } = createStage();
    const scheduled = shared.share(probe);
    const first = scheduled.run(new AbortController().signal);
    const joined = ask();
    await clock.advance(1000);
    expect(await joined).toMatchObject({ kind: 'answered', run: await first });
    await clock.advance(5000);
    const asked = ask();
    const second = scheduled.run(new AbortController().signal);
    await clock.advance(1000);
    expect(await asked).toMatchObject({ kind: 'answered', run: await second });
    expect(runs.started).toBe(2);
  });

  it('gives a result with its age until the minimum interval is over', async () => {
    const { clock, runs, ask } = createStage(100);
    const first = ask();
    await clock.advance(100);
    await first;
    await clock.advance(999);
    expect(await ask()).toMatchObject({ kind: 'answered', ageSeconds: 0.999 });
    expect(runs.started).toBe(1);
    await clock.advance(1);
    const next = ask();
    await clock.advance(100);
    expect(await next).toMatchObject({ ageSeconds: 0, run: { startedAtMs: 2 } });
  });

  it('does not grow old or young when the wall clock jumps', async () => {
    const { clock, ask, runs } = createStage(100);
    const first = ask();
    await clock.advance(100);
    await first;
    for (const jumpMs of [3_600_000, -7_200_000]) {
      clock.jump(jumpMs);
      expect(await ask()).toMatchObject({ kind: 'answered', ageSeconds: 0 });
    }
    expect(runs.started).toBe(1);
  });

  it('leaves a slow run going for the next caller, and gives what it knew meanwhile', async () => {
    const { clock, runs, ask } = createStage(30_000);
    const early = ask({ deadlineMs: 500 });
    await clock.advance(500);
    expect(await early).toEqual({ kind: 'late' });
    await clock.advance(29_500);
    expect(await ask()).toMatchObject({ kind: 'answered', ageSeconds: 0 });
    await clock.advance(60_000);
    const again = ask({ deadlineMs: 500 });
    await clock.advance(500);
    expect(await again).toMatchObject({ kind: 'answered', ageSeconds: 60.5 });
    expect(runs).toMatchObject({ started: 2, aborted: 0 });
  });

  it('gives nothing that is older than acceptable', async () => {
    const { clock, ask } = createStage(30_000);
    const first = ask({ deadlineMs: 40_000 });
    await clock.advance(30_000);
    await first;
    await clock.advance(10_000);
    const late = ask({ deadlineMs: 500, maximumAgeMs: 10_000 });
    await clock.advance(500);
    expect(await late).toEqual({ kind: 'late' });
  });

  it('aborts the run when the last caller hangs up, and not before', async () => {
    const { clock, runs, ask, finished } = createStage();
    const callers = [new AbortController(), new AbortController()];
    const asked = callers.map(async ({ signal }) => ask({ signal }));
    callers[0]?.abort();
    await clock.advance(10);
    expect(runs.aborted).toBe(0);
    callers[1]?.abort();
    await clock.advance(10);
    expect(await Promise.all(asked)).toEqual([{ kind: 'hung_up' }, { kind: 'hung_up' }]);
    expect([runs.aborted, finished.length]).toEqual([1, 0]);
    const next = ask();
    await clock.advance(1000);
    expect(await next).toMatchObject({ kind: 'answered', run: { startedAtMs: 2 } });
  });

  it('does not abort a scheduled run when somebody who joined it hangs up', async () => {
    const { clock, runs, shared, probe, ask } = createStage();
    const running = shared.share(probe).run(new AbortController().signal);
    const caller = new AbortController();
    const asked = ask({ signal: caller.signal });
    caller.abort();
    expect(await asked).toEqual({ kind: 'hung_up' });
    await clock.advance(1000);
    expect(await running).toMatchObject({ target: 'shop' });
    expect(runs.aborted).toBe(0);
  });

  it('ends the run when the schedule stops it', async () => {
    const { clock, runs, shared, probe } = createStage();
    const stop = new AbortController();
    const running = shared.share(probe).run(stop.signal);
    stop.abort();
    await clock.advance(0);
    await running;
    expect(runs.aborted).toBe(1);
  });

  it('aborts everything when it is stopped', async () => {
    const { clock, runs, shared, ask } = createStage(30_000);
    const early = ask({ deadlineMs: 500 });
    await clock.advance(500);
    await early;
    shared.stop();
    await clock.advance(0);
    expect(runs).toMatchObject({ aborted: 1, inFlight: 0 });
  });

  it('forgets what it is told to, and what was in flight then', async () => {
    const { clock, runs, shared, ask } = createStage();
    const old = ask();
    shared.forget('shop');
    await clock.advance(1000);
    expect(await old).toMatchObject({ kind: 'answered' });
    const next = ask();
    await clock.advance(1000);
    await next;
    expect(runs.started).toBe(2);
  });

  it('keeps no more results than it may', async () => {
    const { clock, runs, probeOf, ask } = createStage(10, 3);
    for (const name of ['a', 'b', 'c', 'd']) {
      const asked = ask({}, probeOf(name));
      await clock.advance(10);
      await asked;
    }
    await ask({}, probeOf('d'));
    expect(runs.started).toBe(4);
    const forgotten = ask({}, probeOf('a'));
    await clock.advance(10);
    await forgotten;
    expect(runs.started).toBe(5);
  });

  it('never runs a probe twice at a time, whatever callers do', async () => {
    const steps = fc.array(
      fc.record({
        waitMs: fc.integer({ min: 0, max: 1500 }),
        deadlineMs: fc.integer({ min: 1, max: 2000 }),
        hangsUpAfterMs: fc.option(fc.integer({ min: 1, max: 2000 })),
      }),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (callers) => {
        const { clock, runs, ask } = createStage();
        const asked: Promise<unknown>[] = [];
        for (const { waitMs, deadlineMs, hangsUpAfterMs } of callers) {
          const caller = new AbortController();
          asked.push(ask({ deadlineMs, signal: caller.signal }));
          if (hangsUpAfterMs !== null) clock.after(hangsUpAfterMs, () => caller.abort());
          await clock.advance(waitMs);
        }
        await clock.advance(10_000);
        await Promise.all(asked);
        expect(runs.mostInFlight).toBeLessThanOrEqual(1);
        expect(runs.inFlight).toBe(0);
        expect(runs.started).toBeLessThanOrEqual(callers.length);
      }),
      { numRuns: 100 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { ProbeKindName } from '../../../src/catalog/catalog.ts';
import { defaultTargetProbes } from '../../../src/exporter/probes/probes.ts';
import { planTarget } from '../../../src/exporter/scheduler/scheduler.ts';
import { createSilentLogger } from '../../../src/std/std.ts';
import { FAILED, PASSED } from '../../support/fake-run.ts';
import { createWorld, schedule } from './world.ts';

describe('the pace of a probe', () => {
  it('checks at its interval, retries faster while soft, and slows down once hard', async () => {
    const { clock, probe, startsOf } = createWorld();
    const outcomes = [PASSED, FAILED, FAILED, FAILED, FAILED, PASSED];
    const { reports } = schedule(clock, [
      probe('a', 'login', { result: () => outcomes.shift() ?? PASSED }),
    ]);
    await clock.advance(140_000);
    expect(startsOf('a')).toEqual([0, 30_000, 35_000, 40_000, 70_000, 100_000, 130_000]);
    expect(reports.map(({ state }) => [state.attempt, state.hardFailure])).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [3, true],
      [3, true],
      [0, false],
      [0, false],
    ]);
  });

  it('counts the interval from start to start and never overlaps or piles up', async () => {
    const { clock, probe, peaks, startsOf } = createWorld();
    schedule(clock, [
      probe('a', 'login', { durationMs: 10_000 }),
      probe('late', 'login', { durationMs: 70_000 }),
    ]);
    await clock.advance(200_000);
    expect(startsOf('a').slice(0, 3)).toEqual([0, 30_000, 60_000]);
    expect(startsOf('late')).toEqual([0, 70_000, 140_000]);
    expect(peaks.perProbe).toBe(1);
  });

  it('spreads first runs, and no more than the interval allows', async () => {
    const { clock, probe, starts } = createWorld();
    const probes = Array.from({ length: 50 }, (_, index) => probe(`t${index}`, 'login'));
    schedule(clock, probes, { firstRunSpreadMs: 10_000 });
    await clock.advance(10_000);
    expect(starts).toHaveLength(50);
    const quarters = new Set(starts.map(({ at }) => Math.floor(at / 2500)));
    expect(quarters.size).toBe(4);
  });

  it('does not care when the wall clock jumps back', async () => {
    const { clock, probe, startsOf } = createWorld();
    schedule(clock, [probe('a', 'login')]);
    await clock.advance(45_000);
    clock.jump(-365 * 86_400_000);
    await clock.advance(45_000);
    expect(startsOf('a')).toEqual([0, 30_000, 60_000, 90_000]);
  });
});

describe('a wall clock that is set an hour forward and back', () => {
  it('makes nothing run twice, late or never, in any phase of a probe', async () => {
    const { clock, probe, startsOf, peaks } = createWorld();
    const outcomes = [PASSED, FAILED];
    schedule(clock, [
      probe('runs', 'login', { durationMs: 8000 }),
      probe('retries', 'login', { result: () => outcomes.shift() ?? FAILED }),
    ]);
    // While one runs, while both wait, and while one waits for its retry.
    for (const [afterMs, jumpMs] of [
      [4000, 3_600_000],
      [16_000, -3_600_000],
      [12_000, -3_600_000],
      [1000, 3_600_000],
    ] as const) {
      await clock.advance(afterMs);
      clock.jump(jumpMs);
    }
    await clock.advance(60_000);
    expect(startsOf('runs')).toEqual([0, 30_000, 60_000, 90_000]);
    expect(startsOf('retries')).toEqual([0, 30_000, 35_000, 40_000, 70_000]);
    expect(peaks.perProbe).toBe(1);
  });
});

describe('concurrency', () => {
  it('lets slow targets delay nobody else', async () => {
    const { clock, probe, startsOf, peaks } = createWorld();
    const kinds: ProbeKindName[] = ['reachability', 'login', 'api_latency', 'accounts'];
    const slow = kinds.map((kind) => probe('slow', kind, { durationMs: 3_600_000 }));
    schedule(clock, [...slow, probe('quick', 'login', { durationMs: 10 })], {
      firstRunSpreadMs: 0,
      maximumConcurrent: 3,
      maximumConcurrentPerTarget: 2,
    });
    await clock.advance(90_000);
    expect(startsOf('quick')).toEqual([0, 30_000, 60_000, 90_000]);
    expect(startsOf('slow')).toEqual([0, 0]);
    expect(peaks).toMatchObject({ total: 3, perTarget: 2 });
  });

  it('never exceeds the total and serves targets in turn', async () => {
    const { clock, probe, starts, peaks } = createWorld();
    const targets = ['a', 'b', 'c', 'd'];
    const probes = targets.flatMap((target) => [
      probe(target, 'login', { durationMs: 1000 }),
      probe(target, 'accounts', { durationMs: 1000 }),
    ]);
    schedule(clock, probes, { firstRunSpreadMs: 0, maximumConcurrent: 2 });
    await clock.advance(4000);
    expect(peaks.total).toBe(2);
    expect(starts.slice(0, 5).map(({ target }) => target)).toEqual(['a', 'a', 'b', 'c', 'd']);
  });

  it('goes on when a subscriber or a runner throws', async () => {
    const { clock, probe, startsOf } = createWorld();
    const broken = {
      ...probe('broken', 'login'),
      run: async () => Promise.reject(new Error('no')),
    };
    const observer = {
      startDelay: () => {
        throw new Error('observer');
      },
      inFlight: () => {
        throw new Error('observer');
      },
    };
    const { scheduler, reports } = schedule(
      clock,
      [probe('a', 'login'), broken],
      { firstRunSpreadMs: 0, maximumConcurrent: 1 },
      observer,
    );
    scheduler.subscribe(() => {
      throw new Error('subscriber');
    });
    await clock.advance(30_000);
    expect(startsOf('a')).toEqual([0, 30_000]);
    expect(reports).toHaveLength(2);
  });
});

describe('runNow', () => {
  it('runs out of turn, counts, and plans the next run from there', async () => {
    const { clock, probe, startsOf } = createWorld();
    const { scheduler, reports } = schedule(clock, [probe('a', 'login')]);
    await clock.advance(10_000);
    const waiting = scheduler.runNow('a', 'login');
    await clock.advance(0);
    const report = await waiting;
    expect(report?.run.result.ok).toBe(true);
    expect(reports).toHaveLength(2);
    await clock.advance(30_000);
    expect(startsOf('a')).toEqual([0, 10_000, 40_000]);
  });

  it('answers with a run that started after the question, one run for all who wait', async () => {
    const { clock, probe, startsOf, peaks } = createWorld();
    const { scheduler } = schedule(clock, [probe('a', 'login', { durationMs: 1000 })]);
    await clock.advance(500);
    const first = scheduler.runNow('a', 'login');
    const second = scheduler.runNow('a', 'login');
    await clock.advance(2000);
    expect(await first).toBe(await second);
    expect(startsOf('a')).toEqual([0, 1000]);
    expect(peaks.perProbe).toBe(1);
  });

  it('goes before what its target has waiting', async () => {
    const { clock, probe, starts } = createWorld();
    const kinds: ProbeKindName[] = ['login', 'accounts', 'api_latency'];
    const { scheduler } = schedule(
      clock,
      kinds.map((kind) => probe('a', kind, { durationMs: 1000 })),
      { firstRunSpreadMs: 0, maximumConcurrentPerTarget: 1 },
    );
    await clock.advance(1500);
    void scheduler.runNow('a', 'login');
    await clock.advance(1000);
    expect(starts.map((start) => start.probe)).toEqual(['login', 'accounts', 'login']);
  });

  it('knows only what is scheduled', async () => {
    const { clock, probe } = createWorld();
    const { scheduler } = schedule(clock, [probe('a', 'login')]);
    expect(await scheduler.runNow('a', 'accounts')).toBeUndefined();
    await scheduler.stop();
    expect(await scheduler.runNow('a', 'login')).toBeUndefined();
  });
});

describe('stop', () => {
  it('aborts what runs, publishes nothing more and leaves no timer', async () => {
    const { clock, probe, starts } = createWorld();
    const { scheduler, reports } = schedule(clock, [
      probe('a', 'login', { durationMs: 60_000 }),
      probe('b', 'login'),
    ]);
    await clock.advance(1000);
    const waiting = scheduler.runNow('a', 'login');
    await Promise.all([scheduler.stop(), scheduler.stop()]);
    expect(await waiting).toBeUndefined();
    expect(clock.pendingTimers()).toBe(0);
    await clock.advance(120_000);
    expect(starts).toHaveLength(2);
    expect(reports).toHaveLength(1);
  });

  it('does not wait for ever for a probe that ignores its signal', async () => {
    const { clock, probe } = createWorld();
    const { scheduler, reports } = schedule(clock, [
      probe('a', 'login', { durationMs: 3_600_000, ignoresAbort: true }),
    ]);
    await clock.advance(1000);
    const stopped = scheduler.stop();
    await clock.advance(5000);
    await stopped;
    await clock.advance(3_600_000);
    expect(reports).toEqual([]);
  });
});

describe('planTarget', () => {
  it('runs what the connector supports and names what it does not', () => {
    const { clock } = createWorld();
    const connector = {
      platform: 'fake',
      close: async () => {},
      ping: async () => ({
        ok: false as const,
        failure: { reason: 'dns' as const, detail: '' },
      }),
    };
    const probes = defaultTargetProbes();
    const disabled = { ...probes, accounts: { ...probes.accounts, enabled: false } };
    const plan = planTarget({ name: 'a', connector }, disabled, {
      clock,
      fingerprint: '',
      logger: createSilentLogger(),
    });
    expect(plan.scheduled.map(({ probe }) => probe)).toEqual(['reachability']);
    expect(plan.unsupported).toContain('login');
    expect(plan.unsupported).not.toContain('accounts');
  });
});

import { describe, expect, it } from 'vitest';
import type { ProbeKindName } from '../../../src/catalog/catalog.ts';
import { defaultTargetProbes } from '../../../src/exporter/probes/probes.ts';
import type { ProbeResult } from '../../../src/exporter/probes/probes.ts';
import { createScheduler, planTarget } from '../../../src/exporter/scheduler/scheduler.ts';
import type {
  ProbeReport,
  ScheduledProbe,
  Scheduler,
  SchedulerDependencies,
  SchedulerOptions,
} from '../../../src/exporter/scheduler/scheduler.ts';
import { createSeededRandom, createSilentLogger, sleep } from '../../../src/std/std.ts';
import { FAILED, PASSED, createRun } from '../../support/fake-run.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import type { ManualClock } from '../../support/manual-clock.ts';

type Behaviour = { durationMs?: number; result?: () => ProbeResult; ignoresAbort?: boolean };

/** One world per test: a clock by hand, and probes that note when they start and how many run at once. */
function createWorld() {
  const clock = createManualClock();
  const starts: { at: number; target: string; probe: ProbeKindName }[] = [];
  const running = new Map<string, number>();
  const peaks = { total: 0, perProbe: 0, perTarget: 0 };

  function count(key: string, change: number): number {
    running.set(key, (running.get(key) ?? 0) + change);
    return running.get(key) ?? 0;
  }

  function probe(
    target: string,
    kind: ProbeKindName,
    { durationMs = 0, result = () => PASSED, ignoresAbort = false }: Behaviour = {},
    policy = { intervalMs: 30_000, retryIntervalMs: 5000, maxAttempts: 3 },
  ): ScheduledProbe {
    return {
      target,
      probe: kind,
      policy,
      fingerprint: '',
      run: async (signal) => {
        starts.push({ at: clock.monotonicMs(), target, probe: kind });
        peaks.total = Math.max(peaks.total, count('', 1));
        peaks.perTarget = Math.max(peaks.perTarget, count(target, 1));
        peaks.perProbe = Math.max(peaks.perProbe, count(`${target} ${kind}`, 1));
        await sleep(clock, durationMs, ignoresAbort ? undefined : signal);
        for (const key of ['', target, `${target} ${kind}`]) count(key, -1);
        return createRun(target, kind, result());
      },
    };
  }
  const startsOf = (target: string): number[] =>
    starts.filter((start) => start.target === target).map((start) => start.at);
  return { clock, starts, startsOf, peaks, probe };
}

function schedule(
  clock: ManualClock,
  probes: readonly ScheduledProbe[],
  options: SchedulerOptions = { firstRunSpreadMs: 0 },
  observer?: SchedulerDependencies['observer'],
): { scheduler: Scheduler; reports: ProbeReport[] } {
  const dependencies = {
    clock,
    random: createSeededRandom(1),
    logger: createSilentLogger(),
    ...(observer === undefined ? {} : { observer }),
  };
  const scheduler = createScheduler(probes, dependencies, options);
  const reports: ProbeReport[] = [];
  scheduler.subscribe((report) => reports.push(report));
  scheduler.start();
  return { scheduler, reports };
}

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

describe('targets that hang', () => {
  it('more of them than there are slots delay nobody else, and each keeps to its own limit', async () => {
    const { clock, probe, startsOf, peaks } = createWorld();
    const kinds: ProbeKindName[] = ['reachability', 'login', 'api_latency', 'accounts'];
    const hanging = Array.from({ length: 64 }, (_, index) => `hangs-${index}`);
    const quick = Array.from({ length: 8 }, (_, index) => `quick-${index}`);
    schedule(
      clock,
      [
        ...hanging.flatMap((target) =>
          kinds.map((kind) => probe(target, kind, { durationMs: 600_000 })),
        ),
        ...quick.map((target) => probe(target, 'login', { durationMs: 10 })),
      ],
      { firstRunSpreadMs: 0, maximumConcurrent: 4, maximumConcurrentPerTarget: 3 },
    );
    await clock.advance(300_000);
    // 64 targets hold three probes each although only four may run at once: those that hang do not count.
    for (const target of quick) expect(startsOf(target).length, target).toBeGreaterThanOrEqual(8);
    expect(peaks.perTarget).toBe(3);
    for (const target of hanging) expect(startsOf(target), target).toHaveLength(3);
  });

  it('are bounded in all: beyond the limit they hold general slots again', async () => {
    const { clock, probe, peaks } = createWorld();
    const probes = Array.from({ length: 200 }, (_, index) =>
      probe(`hangs-${index}`, 'login', { durationMs: 600_000 }),
    );
    schedule(clock, probes, { firstRunSpreadMs: 0, maximumConcurrent: 1 });
    await clock.advance(300_000);
    // One general slot, and fifty times as many for those that hang.
    expect(peaks.total).toBe(51);
  });
});

describe('first runs', () => {
  it('begin with one probe of each target at once, the others later', async () => {
    const { clock, probe, starts } = createWorld();
    const targets = ['a', 'b', 'c'];
    const probes = targets.flatMap((target) => [
      probe(target, 'reachability'),
      probe(target, 'login'),
      probe(target, 'accounts'),
    ]);
    schedule(clock, probes, {});
    await clock.advance(0);
    expect(starts.map(({ target, probe: kind }) => `${target} ${kind}`)).toEqual(
      targets.map((target) => `${target} reachability`),
    );
    await clock.advance(900);
    expect(starts).toHaveLength(9);
  });
});

describe('replace', () => {
  it('lets an unchanged probe go on as if nothing had happened, in the middle of a run too', async () => {
    const { clock, probe, startsOf } = createWorld();
    const same = probe('a', 'login', { durationMs: 1000 });
    const { scheduler, reports } = schedule(clock, [same]);
    await clock.advance(500);
    await scheduler.replace([{ ...same, run: async () => Promise.reject(new Error('not this')) }]);
    await clock.advance(500);
    expect(reports).toHaveLength(1);
    await clock.advance(29_000);
    expect(startsOf('a')).toEqual([0, 30_000]);
  });

  it('aborts what is changed and begins it anew where it stood', async () => {
    const { clock, probe } = createWorld();
    const old = probe('a', 'login', { result: () => FAILED });
    const { scheduler, reports } = schedule(clock, [old]);
    await clock.advance(5000);
    expect(reports.at(-1)?.state).toEqual({ attempt: 2, stateType: 'soft', hardFailure: false });
    const changed = { ...old, fingerprint: 'other' };
    await scheduler.replace([changed]);
    await clock.advance(0);
    expect(reports.at(-1)?.state).toEqual({ attempt: 3, stateType: 'hard', hardFailure: true });
    // A hard failure stays one under a higher limit, and a soft one is never beyond the last attempt.
    const policy = { ...old.policy, maxAttempts: 5 };
    await scheduler.replace([{ ...changed, policy, fingerprint: 'higher' }]);
    await clock.advance(0);
    expect(reports.at(-1)?.state).toEqual({ attempt: 5, stateType: 'hard', hardFailure: true });
  });

  it('stops what is gone, starts what is new, and publishes nothing of an aborted run', async () => {
    const { clock, probe, startsOf } = createWorld();
    const gone = probe('gone', 'login', { durationMs: 60_000 });
    const { scheduler, reports } = schedule(clock, [gone]);
    await clock.advance(100);
    await scheduler.replace([probe('new', 'login')]);
    await clock.advance(120_000);
    expect(startsOf('gone')).toEqual([0]);
    expect(new Set(reports.map(({ run }) => run.target))).toEqual(new Set(['new']));
    expect(await scheduler.runNow('gone', 'login')).toBeUndefined();
  });

  it('forgets a probe that waits for its turn, and does nothing once stopped', async () => {
    const { clock, probe, startsOf } = createWorld();
    const busy = probe('a', 'login', { durationMs: 900 });
    const waiting = probe('b', 'login');
    const { scheduler } = schedule(clock, [busy, waiting], {
      firstRunSpreadMs: 0,
      maximumConcurrent: 1,
    });
    await clock.advance(10);
    await scheduler.replace([busy]);
    await clock.advance(10_000);
    expect(startsOf('b')).toEqual([]);
    await scheduler.stop();
    await scheduler.replace([waiting]);
    await clock.advance(60_000);
    expect(startsOf('b')).toEqual([]);
  });
});

describe('a run that the API budget sheds', () => {
  it('is no failure: no report, no change of state, and the next one comes at its interval', async () => {
    const { clock, probe, startsOf } = createWorld();
    const shed: string[] = [];
    const real = probe('a', 'login');
    let isTight = true;
    const run: ScheduledProbe['run'] = async (signal) => (isTight ? 'shed' : real.run(signal));
    const observer = {
      startDelay: () => {},
      inFlight: () => {},
      shed: (target: string, kind: ProbeKindName) => void shed.push(`${target} ${kind}`),
    };
    const { reports } = schedule(clock, [{ ...real, run }], { firstRunSpreadMs: 0 }, observer);
    await clock.advance(30_000);
    expect([shed, reports]).toEqual([['a login', 'a login'], []]);
    isTight = false;
    await clock.advance(30_000);
    expect(startsOf('a')).toEqual([60_000]);
    expect(reports.at(-1)?.state.attempt).toBe(0);
  });
});

describe('a target that cannot be reached, when that forces hard states', () => {
  it('makes failures of its other probes hard at once, and tells of them only when it is back', async () => {
    const { clock, probe } = createWorld();
    let isDown = true;
    const down = (): ProbeResult => (isDown ? FAILED : PASSED);
    const policy = { intervalMs: 10_000, retryIntervalMs: 1000, maxAttempts: 3 };
    const { reports } = schedule(
      clock,
      [
        probe('a', 'reachability', { result: down }, policy),
        probe('a', 'login', { result: () => FAILED }, policy),
      ],
      { firstRunSpreadMs: 0, forceHardWhileUnreachable: true },
    );
    await clock.advance(0);
    const lastOf = (kind: ProbeKindName) => reports.findLast(({ run }) => run.probe === kind);
    expect(lastOf('login')).toMatchObject({
      state: { attempt: 3, stateType: 'hard', hardFailure: false },
      change: 'none',
    });
    isDown = false;
    await clock.advance(11_000);
    expect(lastOf('reachability')?.state.attempt).toBe(0);
    expect(lastOf('login')).toMatchObject({ change: 'hard_failure', state: { hardFailure: true } });
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

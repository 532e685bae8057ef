import { describe, expect, it } from 'vitest';
import type { ProbeKindName } from '../../../src/catalog/catalog.ts';
import type { ProbeResult } from '../../../src/exporter/probes/probes.ts';
import type { ScheduledProbe } from '../../../src/exporter/scheduler/scheduler.ts';
import { FAILED, PASSED } from '../../support/fake-run.ts';
import { createWorld, schedule } from './world.ts';

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

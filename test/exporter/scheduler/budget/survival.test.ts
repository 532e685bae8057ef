import { describe, expect, it } from 'vitest';
import type { ProbeKindName } from '../../../../src/catalog/catalog.ts';
import { createApiBudget } from '../../../../src/exporter/scheduler/scheduler.ts';
import type { ApiBudget } from '../../../../src/exporter/scheduler/scheduler.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import type { ManualClock } from '../../../support/manual-clock.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIDNIGHT = Date.UTC(2026, 0, 5);

type Ran = { readonly sent: number; readonly isWhole: boolean };

/** A run that wants so many calls, and says whether it got them all. */
async function run(
  budget: ApiBudget,
  probe: ProbeKindName,
  calls: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly outcome: Ran | 'shed'; readonly sent: number }> {
  let sent = 0;
  const work = async (): Promise<Ran> => {
    for (; sent < calls; sent++) {
      if (budget.observer.admit() !== undefined) return { sent, isWhole: false };
      budget.observer.answered(200, headers);
      budget.observer.ended();
    }
    return { sent, isWhole: true };
  };
  const outcome = await budget.spend(probe, work, ({ isWhole }) => !isWhole);
  return { outcome, sent };
}

function usage(used: number, limit: number): Record<string, string> {
  return { 'sforce-limit-info': `api-usage=${used}/${limit}` };
}

function open(dailyCalls: number, shareRatio = 1): { budget: ApiBudget; clock: ManualClock } {
  const clock = createManualClock(MIDNIGHT);
  return { budget: createApiBudget({ shareRatio, dailyCalls, resetAtMinutes: 0 }, clock), clock };
}

describe('a run that is dearer than any before', () => {
  it('for quality stops where security begins, so that security and health go on', async () => {
    const { budget, clock } = open(1000);
    await clock.advance(HOUR_MS);
    // After an hour security may have used 7 % and a 24th of 78 %: 102 calls.
    expect(await run(budget, 'data_quality', 5000)).toEqual({ outcome: 'shed', sent: 102 });
    expect((await run(budget, 'login', 3)).outcome).toEqual({ sent: 3, isWhole: true });
    expect(budget.facts().shedByProbe).toEqual(new Map([['data_quality', 1]]));
    expect(budget.facts().callsByProbe.get('data_quality')).toBe(102);
  });

  it('for security stops where health begins, and health may use all there is', async () => {
    const { budget, clock } = open(1000);
    await clock.advance(HOUR_MS);
    expect(await run(budget, 'accounts', 5000)).toEqual({ outcome: 'shed', sent: 137 });
    await clock.advance(HOUR_MS);
    expect(await run(budget, 'login', 5000)).toEqual({ outcome: 'shed', sent: 1000 - 137 });
    expect(budget.facts().remainingRatio).toBe(0);
  });

  it('is taken to cost twice as much, and one that never fits is tried again on another day', async () => {
    const { budget, clock } = open(1000);
    const tries: number[] = [];
    for (let hour = 0; hour < 5 * 24; hour++) {
      const { sent } = await run(budget, 'data_quality', 5000);
      if (sent > 0) tries.push(Math.floor(hour / 24));
      await clock.advance(HOUR_MS);
    }
    // Never more than a few a day, and not once for all either.
    expect(tries.filter((day) => day === 0).length).toBeLessThanOrEqual(4);
    expect(new Set(tries).size).toBeGreaterThan(1);
  });

  it('is no truth about the CRM even when another one sent the request that was refused', async () => {
    const { budget } = open(100);
    const gate = Promise.withResolvers<void>();
    // Two probes wait for one log-in, which the budget refuses to the one that began it.
    const waiting = budget.spend(
      'login',
      async () => gate.promise,
      () => true,
    );
    expect((await run(budget, 'api_latency', 200)).outcome).toBe('shed');
    gate.resolve();
    expect(await waiting).toBe('shed');
  });

  it('keeps a failure that has nothing to do with the budget', async () => {
    const { budget } = open(100);
    expect(
      await budget.spend(
        'login',
        async () => 'failed',
        () => true,
      ),
    ).toBe('failed');
  });
});

describe('the example of docs/exporter/scheduling.md', () => {
  it('is what happens: all areas are shed at noon, and health is back at 12:49', async () => {
    const { budget, clock } = open(5000);
    const kinds: readonly ProbeKindName[] = ['login', 'accounts', 'data_quality'];
    await clock.advance(12 * HOUR_MS);
    for (let call = 0; call < 2900; call++) {
      expect(budget.observer.admit()).toBeUndefined();
      budget.observer.ended();
    }
    for (const kind of kinds) expect((await run(budget, kind, 3)).outcome, kind).toBe('shed');
    const ranAt: string[] = [];
    for (let minute = 0; minute < 60; minute++) {
      const at = new Date(clock.now()).toISOString().slice(11, 16);
      for (const kind of kinds) {
        if ((await run(budget, kind, 3)).sent === 3) ranAt.push(`${at} ${kind}`);
      }
      await clock.advance(60_000);
    }
    expect(ranAt.slice(0, 3)).toEqual(['12:49 login', '12:50 login', '12:51 login']);
    expect(ranAt.every((line) => line.endsWith('login'))).toBe(true);
  });
});

describe('a platform that has nothing left', () => {
  it('is asked again after a while, and believed when it has', async () => {
    const { budget, clock } = open(1000, 0.5);
    await clock.advance(12 * HOUR_MS);
    await run(budget, 'login', 1, usage(1000, 1000));
    expect((await run(budget, 'login', 1)).outcome).toBe('shed');
    await clock.advance(14 * 60_000);
    expect((await run(budget, 'login', 1)).outcome).toBe('shed');
    await clock.advance(60_000);
    // Still nothing: one call has found out, and the next is not sent.
    expect(await run(budget, 'login', 2, usage(1000, 1000))).toEqual({ outcome: 'shed', sent: 1 });
    await clock.advance(15 * 60_000);
    expect((await run(budget, 'login', 2, usage(400, 1000))).outcome).toMatchObject({ sent: 2 });
    expect(budget.facts().allowedCalls).toBe(500);
  });

  it('with little left for everybody keeps it for health, whatever was spent before', async () => {
    const { budget, clock } = open(10_000, 0.5);
    await clock.advance(12 * HOUR_MS);
    const kinds: readonly ProbeKindName[] = ['login', 'accounts', 'data_quality'];
    for (const kind of kinds) await run(budget, kind, 5);
    for (let call = 0; call < 2500; call++) {
      expect(budget.observer.admit()).toBeUndefined();
      budget.observer.answered(200, usage(9990, 10_000));
      budget.observer.ended();
    }
    // Ten left at noon: health may begin what costs 5.5 of them, security 4.6, quality 3.2. Each costs five.
    const begun: ProbeKindName[] = [];
    for (const kind of kinds) {
      const { outcome } = await run(budget, kind, 0);
      if (outcome !== 'shed') begun.push(kind);
    }
    expect(begun).toEqual(['login']);
  });
});

describe('the end of the day', () => {
  it('counts calls under way in the new day, and does not believe what is said of the old one', async () => {
    const { budget, clock } = open(100);
    await clock.advance(DAY_MS - 1000);
    expect(budget.observer.admit()).toBeUndefined();
    await clock.advance(2000);
    expect(budget.facts().remainingRatio).toBe(0.99);
    budget.observer.answered(200, usage(100, 100));
    budget.observer.ended();
    expect(budget.facts().allowedCalls).toBe(100);
    // Two minutes later such an answer is about today.
    await clock.advance(120_000);
    budget.observer.admit();
    budget.observer.answered(200, usage(100, 100));
    budget.observer.ended();
    expect(budget.facts().remainingRatio).toBe(0);
  });
});

describe('another policy for the same CRM', () => {
  it('goes on with what was spent, so that reloading grants nothing', async () => {
    const { budget, clock } = open(100);
    await clock.advance(20 * HOUR_MS);
    await run(budget, 'login', 60);
    const next = budget.withPolicy({ shareRatio: 0.5, dailyCalls: 100, resetAtMinutes: 0 });
    // Nothing is different for the old one, which stays when the reload is given up.
    expect(budget.facts().allowedCalls).toBe(100);
    expect(next.facts()).toMatchObject({ allowedCalls: 50, remainingRatio: 0 });
    expect(next.observer.admit()).toBe(
      'the API budget of 50 calls a day that crmwatch may make is used up; nothing was sent',
    );
    expect(next.facts().callsByProbe.get('login')).toBe(60);
    const wider = next.withPolicy({ shareRatio: 0.7, dailyCalls: 100, resetAtMinutes: 0 });
    expect((await run(wider, 'login', 100)).sent).toBeLessThanOrEqual(10);
  });
});

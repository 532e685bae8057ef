import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROBE_KINDS } from '../../../../src/catalog/catalog.ts';
import type { ProbeArea, ProbeKindName } from '../../../../src/catalog/catalog.ts';
import { apiBudgetDecoder, createApiBudget } from '../../../../src/exporter/scheduler/scheduler.ts';
import type { ApiBudget } from '../../../../src/exporter/scheduler/scheduler.ts';
import { decode } from '../../../../src/std/std.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import type { ManualClock } from '../../../support/manual-clock.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIDNIGHT = Date.UTC(2026, 0, 5);
/** Five of health, three of security and that of quality. */
const KINDS: readonly ProbeKindName[] = [
  'reachability',
  'login',
  'api_latency',
  'background_jobs',
  'api_quota',
  'certificate',
  'failed_logins',
  'accounts',
  'data_quality',
];
const INTERVALS: Readonly<Record<ProbeArea, number>> = {
  health: 60_000,
  security: 300_000,
  quality: 900_000,
};

/** Sends as many requests as asked, as long as they are admitted; returns how many were. */
function send(budget: ApiBudget, calls: number, headers: Record<string, string> = {}): number {
  for (let sent = 0; sent < calls; sent++) {
    if (budget.observer.admit() !== undefined) return sent;
    budget.observer.answered(200, headers);
    budget.observer.ended();
  }
  return calls;
}

type Day = {
  readonly ran: Map<ProbeArea, number>;
  readonly shed: Map<ProbeArea, number>;
  calls: number;
  /** Longest time without a health run. */
  healthGapMs: number;
};

/** Runs the nine kinds at their pace for some hours; `costOf` may differ from run to run. */
async function live(
  clock: ManualClock,
  budget: ApiBudget,
  hours: number,
  costOf: (probe: ProbeKindName) => number,
  headersOf: () => Record<string, string> = () => ({}),
): Promise<Day> {
  const day: Day = { ran: new Map(), shed: new Map(), calls: 0, healthGapMs: 0 };
  let lastHealthMs = clock.monotonicMs();
  for (let minute = 0; minute < hours * 60; minute++) {
    for (const probe of KINDS) {
      const { area } = PROBE_KINDS[probe];
      if ((minute * 60_000) % INTERVALS[area] !== 0) continue;
      const outcome = await budget.spend(probe, async () => {
        day.calls += send(budget, costOf(probe), headersOf());
        return 'ran';
      });
      const tally = outcome === 'shed' ? day.shed : day.ran;
      tally.set(area, (tally.get(area) ?? 0) + 1);
      if (area !== 'health' || outcome === 'shed') continue;
      day.healthGapMs = Math.max(day.healthGapMs, clock.monotonicMs() - lastHealthMs);
      lastHealthMs = clock.monotonicMs();
    }
    await clock.advance(60_000);
  }
  return day;
}

describe('a day on a quota that is too small', () => {
  it('sheds quality before security before health, and keeps health going until midnight', async () => {
    const clock = createManualClock(MIDNIGHT);
    // 5 % of 200,000 are 10,000 calls; health wants 7,200, security 4,320 and quality 9,600.
    const budget = createApiBudget(
      { shareRatio: 0.05, dailyCalls: 200_000, resetAtMinutes: 0 },
      clock,
    );
    const costs: Readonly<Record<ProbeArea, number>> = { health: 1, security: 5, quality: 100 };
    const day = await live(clock, budget, 24, (probe) => costs[PROBE_KINDS[probe].area]);
    expect(day.calls).toBeLessThanOrEqual(10_000);
    const ranRatio = (area: ProbeArea): number => {
      const ran = day.ran.get(area) ?? 0;
      return ran / (ran + (day.shed.get(area) ?? 0));
    };
    expect(ranRatio('health')).toBe(1);
    expect(ranRatio('security')).toBeLessThan(1);
    expect(ranRatio('security')).toBeGreaterThan(ranRatio('quality'));
    expect(ranRatio('quality')).toBeGreaterThan(0);
  });

  it('gives health what the pace allows when even that is too much, and never stops for long', async () => {
    const clock = createManualClock(MIDNIGHT);
    const budget = createApiBudget({ shareRatio: 1, dailyCalls: 2000, resetAtMinutes: 0 }, clock);
    const day = await live(clock, budget, 24, () => 1);
    expect(day.calls).toBeLessThanOrEqual(2000);
    expect(day.shed.get('health')).toBeGreaterThan(0);
    expect(day.healthGapMs).toBeLessThanOrEqual(15 * 60_000);
  });
});

describe('whatever the costs, the other users of the quota and the wall clock do', () => {
  const hour = fc.record({
    costs: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 9, maxLength: 9 }),
    jumpMs: fc.constantFrom(0, 0, 0, HOUR_MS, -HOUR_MS),
    othersCalls: fc.integer({ min: 0, max: 300 }),
  });

  it('the allowance of a day of the platform is never exceeded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(hour, { minLength: 26, maxLength: 26 }),
        fc.integer({ min: 20, max: 5000 }),
        fc.integer({ min: 0, max: 1439 }),
        async (hours, quota, resetAtMinutes) => {
          const clock = createManualClock(MIDNIGHT + resetAtMinutes * 60_000);
          const policy = { shareRatio: 0.5, dailyCalls: quota, resetAtMinutes };
          const budget = createApiBudget(policy, clock);
          let usedByAll = 0;
          let ours = 0;
          for (const [index, { costs, jumpMs, othersCalls }] of hours.entries()) {
            // The platform's day is that of the true clock, which does not jump.
            if (index === 24) [ours, usedByAll] = [0, 0];
            if (index < 20) clock.jump(jumpMs);
            else if (index === 20)
              clock.jump(MIDNIGHT + resetAtMinutes * 60_000 + clock.monotonicMs() - clock.now());
            usedByAll += othersCalls;
            const headers = (): Record<string, string> => ({
              'sforce-limit-info': `api-usage=${Math.min(quota, usedByAll)}/${quota}`,
            });
            for (const [at, probe] of KINDS.entries()) {
              await budget.spend(probe, async () => {
                for (let call = 0; call < (costs[at] ?? 0); call++) {
                  if (budget.observer.admit() !== undefined) return;
                  usedByAll += 1;
                  ours += 1;
                  budget.observer.answered(200, headers());
                  budget.observer.ended();
                }
              });
              expect(ours).toBeLessThanOrEqual(Math.floor(quota / 2));
            }
            await clock.advance(HOUR_MS);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('areas are shed in their order: what is too dear for health is so for security and quality', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 50, max: 2000 }),
        fc.integer({ min: 0, max: 2000 }),
        fc.integer({ min: 0, max: 23 }),
        async (quota, spent, hours) => {
          const clock = createManualClock(MIDNIGHT);
          const budget = createApiBudget(
            { shareRatio: 1, dailyCalls: quota, resetAtMinutes: 0 },
            clock,
          );
          const cost = 2;
          const kinds: readonly ProbeKindName[] = ['login', 'accounts', 'data_quality'];
          // Each has cost the same before, so only their areas differ.
          for (const kind of kinds) await budget.spend(kind, async () => send(budget, cost));
          await clock.advance(hours * HOUR_MS);
          send(budget, spent);
          const admitted: boolean[] = [];
          for (const kind of kinds)
            admitted.push((await budget.spend(kind, async () => {})) !== 'shed');
          expect(admitted).toEqual([...admitted].sort((a, b) => Number(b) - Number(a)));
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('createApiBudget', () => {
  function fixed(dailyCalls?: number): { budget: ApiBudget; clock: ManualClock } {
    const clock = createManualClock(MIDNIGHT);
    const policy = { shareRatio: 0.1, resetAtMinutes: 0 };
    const budget = createApiBudget(
      dailyCalls === undefined ? policy : { ...policy, dailyCalls },
      clock,
    );
    return { budget, clock };
  }

  it('limits nothing and says nothing while no quota is known', async () => {
    const { budget } = fixed();
    expect(await budget.spend('data_quality', async () => send(budget, 1000))).toBe(1000);
    expect(budget.facts()).toMatchObject({ allowedCalls: undefined, remainingRatio: undefined });
    expect(budget.facts().callsByProbe.get('data_quality')).toBe(1000);
  });

  it.each([
    ['Salesforce', { 'sforce-limit-info': 'api-usage=18/5000; per-app-api-usage=1/2' }, 500],
    [
      'HubSpot',
      { 'x-hubspot-ratelimit-daily': '250000', 'x-hubspot-ratelimit-daily-remaining': '249000' },
      25_000,
    ],
    [
      'a generic daily window',
      { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '900', 'x-ratelimit-reset': '80000' },
      100,
    ],
    [
      'a generic window of a minute',
      { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': '60' },
      undefined,
    ],
    [
      'nonsense',
      { 'sforce-limit-info': 'api-usage=x/y', 'x-hubspot-ratelimit-daily': '-1' },
      undefined,
    ],
    ['nothing', {}, undefined],
  ])('reads the quota of %s', (_platform, headers, allowed) => {
    const { budget } = fixed();
    send(budget, 1, headers);
    expect(budget.facts().allowedCalls).toBe(allowed);
  });

  it('takes no more than the platform has left', () => {
    const { budget } = fixed();
    send(budget, 1, { 'sforce-limit-info': 'api-usage=4993/5000' });
    expect(budget.facts().allowedCalls).toBe(8);
    expect(send(budget, 100)).toBe(7);
    expect(budget.observer.admit()).toBe(
      'the API budget of 8 calls a day that crmwatch may make is used up; nothing was sent',
    );
    expect(budget.facts().remainingRatio).toBe(0);
  });

  it('begins a new day at the reset of the platform, by both clocks', async () => {
    const { budget, clock } = fixed(100);
    expect(send(budget, 100)).toBe(10);
    clock.jump(DAY_MS);
    expect(send(budget, 1)).toBe(0);
    clock.jump(-DAY_MS);
    await clock.advance(DAY_MS - 1);
    expect(send(budget, 1)).toBe(0);
    await clock.advance(1);
    expect(budget.facts().remainingRatio).toBe(1);
    expect(send(budget, 100)).toBe(10);
  });

  it('does not grant the same calls to two runs at the same time', async () => {
    const { budget, clock } = fixed(100);
    await clock.advance(12 * HOUR_MS);
    for (let run = 0; run < 3; run++) await budget.spend('login', async () => send(budget, 1));
    const gate = Promise.withResolvers<void>();
    const runs = Array.from({ length: 9 }, async () =>
      budget.spend('login', async () => gate.promise),
    );
    gate.resolve();
    const shed = (await Promise.all(runs)).filter((outcome) => outcome === 'shed');
    // Half a day allows 55 of 100 in a hundred, so 5 of 10: three are spent, two are granted.
    expect(shed).toHaveLength(7);
  });

  it('is read from the configuration, and refuses what cannot be', () => {
    expect(decode.run(apiBudgetDecoder, { share: 0.2, daily_calls: 500, reset: '07:30' })).toEqual({
      ok: true,
      value: { shareRatio: 0.2, dailyCalls: 500, resetAtMinutes: 450 },
    });
    for (const [value, message] of [
      [{ share: 0 }, 'the share 0 is not above 0 and at most 1'],
      [{ share: 1.5 }, 'the share 1.5 is not above 0 and at most 1'],
      [{ reset: '24:00' }, 'expected a time of day from 00:00 to 23:59, found text "24:00"'],
    ] as const) {
      const result = decode.run(apiBudgetDecoder, value);
      expect(result.ok ? '' : result.problems[0]?.message).toBe(message);
    }
  });
});

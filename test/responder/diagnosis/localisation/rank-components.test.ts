import { describe, expect, it } from 'vitest';
import { rankComponents } from '../../../../src/responder/diagnosis/localisation/localisation.ts';
import type { MetricSeries } from '../../../../src/responder/diagnosis/localisation/localisation.ts';
import { createSeededRandom } from '../../../../src/std/std.ts';

const ONSET_MS = Date.UTC(2026, 10, 28);
const STEP_MS = 15_000;
const BEFORE = 240;
const AFTER = 40;
const METRICS = ['cpu', 'memory', 'latency', 'errors'] as const;

/** A series that follows `valueAt`, which is told how many steps lie between a point and the onset. */
function series(
  component: string,
  metric: string,
  valueAt: (step: number) => number,
): MetricSeries {
  const steps = Array.from({ length: BEFORE + AFTER }, (_, index) => index - BEFORE);
  return {
    component,
    metric,
    times: Float64Array.from(steps, (step) => ONSET_MS + step * STEP_MS),
    values: Float64Array.from(steps, valueAt),
  };
}

/** Twelve components with noise; one of them is hit at the onset, and two feel it some steps later. */
function invented(seed: number): { readonly all: readonly MetricSeries[]; readonly hit: string } {
  const random = createSeededRandom(seed);
  const gauss = (): number =>
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const names = Array.from({ length: 12 }, (_, index) => `service-${index}`);
  const pick = (): string => names[Math.floor(random.next() * names.length)] ?? '';
  const [hit, felt] = [pick(), new Set([pick(), pick()])];
  const strength = 8 + 20 * random.next();
  const struck = METRICS[Math.floor(random.next() * METRICS.length)];
  const all = names.flatMap((name) =>
    METRICS.map((metric) => {
      const [level, noise] = [10 ** (random.next() * 4), 0.02 + 0.1 * random.next()];
      const delay = name === hit ? 0 : 2 + Math.floor(4 * random.next());
      const share =
        name === hit ? (metric === struck ? 1 : 0.3 * random.next()) : felt.has(name) ? 0.4 : 0;
      return series(name, metric, (step) => {
        const shift = step >= delay ? share * strength : 0;
        return level * (1 + noise * (gauss() + shift));
      });
    }),
  );
  return { all, hit };
}

/** Mean over k = 1…5 of the share of cases in which the right component is among the first k. */
function averageAt5(lateMs: number, cases: number): number {
  let sum = 0;
  for (let seed = 1; seed <= cases; seed++) {
    const { all, hit } = invented(seed);
    const ranked = rankComponents(all, ONSET_MS + lateMs).map(({ component }) => component);
    sum += Math.max(0, 5 - ranked.indexOf(hit)) / 5;
  }
  return sum / cases;
}

describe('the ranking of components', () => {
  it('finds the one that was hit, also when the onset is given a minute late', () => {
    const exact = averageAt5(0, 100);
    expect(exact).toBeGreaterThan(0.97);
    expect(averageAt5(60_000, 100)).toBeGreaterThanOrEqual(exact - 0.02);
  });

  it('says which series left the usual, when, and to where', () => {
    const wave = (step: number): number => 100 + (step % 5);
    const all = [
      series('db', 'latency', (step) => (step >= 4 ? 500 : wave(step))),
      series('db', 'free', (step) => (step >= 0 ? 20 : wave(step))),
    ];
    const [suspect] = rankComponents(all, ONSET_MS);
    expect(suspect?.signals).toMatchObject([
      { metric: 'latency', isRise: true, sinceMs: ONSET_MS + 4 * STEP_MS, worst: 500 },
      { metric: 'free', isRise: false, sinceMs: ONSET_MS, worst: 20 },
    ]);
  });

  it('leaves out what is constant, what was not measured before, and copies', () => {
    const all = [
      series('a', 'constant', () => 5),
      series('a', 'new', (step) => (step < 0 ? Number.NaN : step)),
      series('b', 'one', (step) => (step >= 0 ? 9 : step % 3)),
      series('b', 'two', (step) => (step >= 0 ? 9 : step % 3)),
    ];
    const suspects = rankComponents(all, ONSET_MS);
    expect(suspects.map(({ component }) => component)).toEqual(['b']);
    expect(suspects[0]?.signals.map(({ metric }) => metric)).toEqual(['one']);
    expect(rankComponents([], ONSET_MS)).toEqual([]);
    expect(rankComponents(all, ONSET_MS + 1e9)).toEqual([]);
  });

  it('is finite where nothing moved before', () => {
    const [suspect] = rankComponents(
      [series('a', 'errors', (step) => (step >= 0 ? 3 : 0))],
      ONSET_MS,
    );
    expect(suspect?.score).toBeCloseTo(20, 9);
  });

  it('bears gaps', () => {
    const gappy = series('a', 'x', (step) => {
      if (step % 4 === 0) return Number.NaN;
      return step >= 0 ? 50 : step % 3;
    });
    expect(rankComponents([gappy], ONSET_MS)[0]?.score).toBeGreaterThan(10);
  });

  it('puts what began first before what began later, at the same distance', () => {
    const from =
      (first: number) =>
      (step: number): number =>
        step >= first ? 100 : Math.abs(step % 4);
    const all = [series('late', 'x', from(8)), series('early', 'x', from(1))];
    expect(rankComponents(all, ONSET_MS).map(({ component }) => component)).toEqual([
      'early',
      'late',
    ]);
  });

  it('puts what is called before its callers when it left the usual as well', () => {
    const to =
      (height: number) =>
      (step: number): number =>
        step >= 0 ? height : Math.abs(step % 4);
    const all = [
      series('shop', 'x', to(100)),
      series('db', 'x', to(80)),
      series('mail', 'x', to(4)),
    ];
    const graph = new Map([
      ['shop', ['mail', 'db']],
      // A circle does no harm.
      ['db', ['shop']],
    ]);
    const ranked = rankComponents(all, ONSET_MS, graph);
    expect(ranked.map(({ component, movedBefore }) => [component, movedBefore])).toEqual([
      ['db', 'shop'],
      ['shop', undefined],
      ['mail', undefined],
    ]);
  });
});

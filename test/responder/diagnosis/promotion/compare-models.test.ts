import { describe, expect, it } from 'vitest';
import { compareModels } from '../../../../src/responder/diagnosis/diagnosis.ts';
import type { JudgedPair } from '../../../../src/responder/diagnosis/diagnosis.ts';

function pair(id: number, label: string, parts: Partial<JudgedPair>): JudgedPair {
  return { incidentId: `inc_${id}`, label, champion: null, challenger: null, ...parts };
}

const sure = (name: string): Record<string, number> => ({
  a: 0.05,
  b: 0.05,
  [name]: 0.9,
  other: 0.05,
});
const torn = { a: 0.45, b: 0.45, other: 0.1 };

/** As many incidents of two classes, at which the challenger is surer than the champion. */
function better(count: number): JudgedPair[] {
  return Array.from({ length: count }, (_, id) => {
    const label = id % 2 === 0 ? 'a' : 'b';
    const lean = { ...torn, [label]: 0.5 };
    return pair(id, label, { champion: lean, challenger: sure(label) });
  });
}

describe('compareModels', () => {
  it('has no objections when the challenger is better beyond chance and forgets nothing', () => {
    const found = compareModels(better(30));
    expect(found.objections).toEqual([]);
    expect(found).toMatchObject({
      incidents: 30,
      failures: 0,
      recalls: [
        { class: 'a', incidents: 15, champion: 1, challenger: 1 },
        { class: 'b', incidents: 15, champion: 1, challenger: 1 },
      ],
    });
    expect(found.logLoss?.champion).toBeCloseTo(-Math.log(0.5), 12);
    expect(found.gain?.difference).toBeCloseTo(Math.log(0.9 / 0.5), 12);
    expect(found.gain?.interval.low).toBeGreaterThan(0);
  });

  it('objects to too few incidents', () => {
    expect(compareModels(better(29)).objections).toEqual([
      '29 incidents were judged by both and labelled since, of 30 at least',
    ]);
    expect(compareModels([])).toMatchObject({ logLoss: null, gain: null, recalls: [] });
    expect(compareModels([]).objections).toHaveLength(1);
  });

  it('objects to a gain that may be chance', () => {
    const mixed = better(40).map((one, id) =>
      id < 20 ? one : { ...one, champion: one.challenger, challenger: one.champion },
    );
    expect(compareModels(mixed).objections).toEqual([
      expect.stringContaining('its log-loss is not lower beyond chance'),
    ]);
    const equal = better(40).map((one) => ({ ...one, challenger: one.champion }));
    expect(compareModels(equal).objections).toHaveLength(1);
  });

  it('objects to a class that is recognised less often by more than 5 points, however good the rest is', () => {
    const wrong = { a: 0.2, b: 0.35, other: 0.45 };
    const forgets = (count: number): JudgedPair[] =>
      better(80).map((one, id) =>
        one.label === 'b' && id < 2 * count ? { ...one, challenger: wrong } : one,
      );
    expect(compareModels(forgets(2)).objections).toEqual([]);
    expect(compareModels(forgets(3)).objections).toEqual([
      'the recall of b would fall from 100 to 93 %',
    ]);
  });

  it('objects to a challenger that failed, and does not count the incident', () => {
    const found = compareModels([...better(30), pair(99, 'a', { champion: sure('a') })]);
    expect(found).toMatchObject({ incidents: 30, failures: 1 });
    expect(found.objections).toEqual(['the challenger failed on 1 incidents']);
  });

  it('gives a class that a model does not know no probability', () => {
    const found = compareModels([
      pair(1, 'new', { champion: sure('a'), challenger: { ...torn, new: 0.5 } }),
    ]);
    expect(found.logLoss?.champion).toBeCloseTo(-Math.log(1e-15), 6);
    expect(found.recalls).toEqual([{ class: 'new', incidents: 1, champion: 0, challenger: 1 }]);
  });
});

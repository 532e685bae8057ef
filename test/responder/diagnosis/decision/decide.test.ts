import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  costMatrix,
  decide,
  readCosts,
} from '../../../../src/responder/diagnosis/decision/decision.ts';
import { refusal } from '../../../support/refusal.ts';

const CLASSES = ['calm', 'outage', 'slow'];

const probabilities = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })
  .filter((values) => values.some((value) => value > 0))
  .map((values) => {
    const total = values.reduce((sum, value) => sum + value, 0);
    return values.map((value) => value / total);
  });

describe('decide', () => {
  it("is Chow's rule with the usual costs: the likeliest class, from one half on", () => {
    fc.assert(
      fc.property(probabilities, (given) => {
        const found = decide(given, costMatrix(CLASSES, []));
        const highest = Math.max(...given);
        expect(given[found.answer]).toBeCloseTo(highest, 12);
        expect(found.expectedCost).toBeCloseTo(1 - highest, 12);
        expect(found.unknownCost).toBeCloseTo(0.5, 12);
      }),
    );
  });

  it('never names a class that is expected to cost more than another', () => {
    const cost = fc.record({
      actual: fc.constantFrom(...CLASSES),
      answer: fc.constantFrom(...CLASSES, 'unknown'),
      cost: fc.double({ min: 0, max: 100, noNaN: true }),
    });
    fc.assert(
      fc.property(
        probabilities,
        fc
          .array(cost, { maxLength: 12 })
          .map((all) => all.filter((one) => one.actual !== one.answer)),
        (given, costs) => {
          const costOf = (actual: string, answer: string): number => {
            const usual = actual === answer ? 0 : answer === 'unknown' ? 0.5 : 1;
            return (
              costs.findLast((one) => one.actual === actual && one.answer === answer)?.cost ?? usual
            );
          };
          const expected = (answer: string): number =>
            CLASSES.reduce((sum, actual, k) => sum + given[k]! * costOf(actual, answer), 0);
          const found = decide(given, costMatrix(CLASSES, costs));
          const least = Math.min(...CLASSES.map(expected));
          expect(found.expectedCost).toBeCloseTo(least, 9);
          expect(expected(CLASSES[found.answer]!)).toBeCloseTo(least, 9);
          expect(found.unknownCost).toBeCloseTo(expected('unknown'), 9);
        },
      ),
    );
  });

  it('names the dear mistake rather than the likelier cheap one', () => {
    const costs = [{ actual: 'outage', answer: 'calm', cost: 20 }];
    const found = decide([0.8, 0.15, 0.05], costMatrix(CLASSES, costs));
    expect(CLASSES[found.answer]).toBe('outage');
    expect(found.unknownCost).toBeLessThan(found.expectedCost);
  });
});

describe('readCosts', () => {
  it('reads a table of costs', () => {
    const text = 'actual,answer,cost\noutage,calm,20\nslow,unknown,0.1\n';
    expect(readCosts(text, 'costs.csv', CLASSES)).toEqual([
      { actual: 'outage', answer: 'calm', cost: 20 },
      { actual: 'slow', answer: 'unknown', cost: 0.1 },
    ]);
  });

  it.each([
    ['other columns', 'a,b\nx,y\n', /has the columns a, b/],
    [
      'an unknown class',
      'actual,answer,cost\nfire,calm,1\n',
      /costs\.csv:2: there is no class "fire"/,
    ],
    ['"unknown" as the truth', 'actual,answer,cost\nunknown,calm,1\n', /no class "unknown"/],
    ['a cost below 0', 'actual,answer,cost\noutage,calm,-1\n', /costs\.csv:2: the cost is "-1"/],
    ['a cost that is none', 'actual,answer,cost\noutage,calm,much\n', /the cost is "much"/],
    ['a right answer', 'actual,answer,cost\ncalm,calm,1\n', /the right answer costs nothing/],
  ])('refuses %s', (_, text, message) => {
    const error = refusal(() => readCosts(text, 'costs.csv', CLASSES));
    expect(error.code).toBe('training_data_invalid');
    expect(error.message).toMatch(message);
  });
});

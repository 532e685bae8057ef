import { describe, expect, it } from 'vitest';
import {
  decodeModel,
  describeModel,
  encodeModel,
  readTable,
  tableOfEpisodes,
  trainModel,
} from '../../../../src/responder/diagnosis/diagnosis.ts';
import type { TrainedModel } from '../../../../src/responder/diagnosis/diagnosis.ts';
import { refusal } from '../../../support/refusal.ts';
import { inventedRows } from '../invented-evidence.ts';

const { model } = trainModel(tableOfEpisodes(inventedRows(4)), {
  kind: 'evidence',
  strengthC: 1,
  folds: 4,
});
const ofTable = trainModel(readTable('a,y\n1,x\n2,x\n3,z\n4,z\n', 'data.csv'), {
  strengthC: 1,
  folds: 2,
}).model;

function saved(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('decodeModel', () => {
  it.each([
    ['of evidence', model],
    ['of a table', ofTable],
  ])('reads back what was written, to the last bit: a model %s', (_, one: TrainedModel) => {
    expect(decodeModel(JSON.parse(encodeModel(one)), 'model.json', one.kind)).toEqual(one);
  });

  it('reads back a model of many columns, with names of any length', () => {
    const pairs = '0 1:1 20000:3\n1 2:1 20000:1\n0 1:2 20000:3\n1 2:3 19999:1\n';
    const wide = trainModel(readTable(pairs, 'wide.svm'), { isEvaluated: false }).model;
    expect(wide.features.length).toBe(20_001);
    const long = `a,y\n${'x'.repeat(5000)},x\nb,z\n${'x'.repeat(5000)},x\nb,z\n`;
    const text = trainModel(readTable(long, 'long.csv'), { isEvaluated: false }).model;
    for (const one of [wide, text]) {
      expect(decodeModel(JSON.parse(encodeModel(one)), 'model.json')).toEqual(one);
    }
  });

  it('writes a line for each row of numbers', () => {
    const lines = encodeModel(model).split('\n');
    expect(lines.filter((line) => /^\[-?\d/.test(line)).length).toBeGreaterThanOrEqual(
      model.classes.length,
    );
    expect(lines.length).toBeLessThan(1000);
  });

  it.each([
    ['nothing', null, /model\.json|expected a map/],
    ['another schema', { ...model, schema: 'crmwatch.fault-classifier/1' }, /reads "crmwatch/],
    ['a missing key', { ...model, encoding: undefined }, /model\.json\.encoding: is missing/],
    [
      'a number that is none',
      { ...model, intercepts: [Number.NaN] },
      /model\.json\.intercepts\[0\]/,
    ],
    [
      'a reference for other classes',
      { ...model, reference: { ...model.reference, rowsByClass: [1] } },
      /reference\.rowsByClass: 1 for/,
    ],
    [
      'a reference with counts for other thresholds',
      {
        ...model,
        reference: {
          ...model.reference,
          features: [{ feature: 0, thresholds: [1, 2], counts: model.classes.map(() => [1, 2]) }],
        },
      },
      /reference\.features\[0\]: its counts/,
    ],
    [
      'a scale of zero',
      { ...model, encoding: model.encoding.map((one) => ({ ...one, scale: 0 })) },
      /encoding\[0\]\.scale/,
    ],
    [
      'a column of a feature that is not there',
      { ...model, encoding: model.encoding.map((one) => ({ ...one, feature: 9999 })) },
      /encoding\[0\]\.feature: there are/,
    ],
    [
      'words of a feature that it does not have',
      { ...model, dictionary: { 'text:5': ['slow'] } },
      /dictionary: the model has no feature "text:5"/,
    ],
    ['a short weight row', { ...model, weights: model.weights.map(() => [1]) }, /weights\[0\]: 1/],
    ['a missing weight row', { ...model, weights: model.weights.slice(1) }, /6 classes need 6/],
    [
      'a calibration for another number of classes',
      { ...model, calibration: { kind: 'platt', slope: 1, offset: 0 } },
      /calibration: "platt" is not for 6 classes/,
    ],
    [
      'a feature of another version',
      { ...model, features: ['alert:Gone', ...model.features.slice(1)] },
      /no feature "alert:Gone"/,
    ],
    [
      'an unknown class',
      { ...model, classes: ['gremlins', ...model.classes.slice(1)] },
      /no class "gremlins"/,
    ],
    ['a name twice', { ...model, classes: model.classes.map(() => 'no_fault') }, /occurs twice/],
  ])('refuses %s, with the place and the remedy', (_, value, message) => {
    const error = refusal(() => decodeModel(saved(value), 'model.json'));
    expect(error.code).toBe('model_incompatible');
    expect(error.message).toMatch(message);
    expect(error.remedy).toContain('crmwatch train');
  });

  it('refuses a model of a table for evidence, and the other way round', () => {
    const forEvidence = refusal(() => decodeModel(saved(ofTable), 'model.json', 'evidence'));
    expect(forEvidence.message).toBe('model.json is a model of the rows of a table');
    const forTable = refusal(() => decodeModel(saved(model), 'model.json', 'table'));
    expect(forTable.message).toBe('model.json is a model of evidence');
    expect(forTable.remedy).toContain('crmwatch diagnose');
  });
});

describe('describeModel', () => {
  it('names what speaks most for and against each class', () => {
    const { byClass, featureCount, encodedColumnCount } = describeModel(model);
    expect(byClass.map((one) => one.class)).toEqual(model.classes);
    expect(featureCount).toBe(model.features.length);
    expect(encodedColumnCount).toBe(model.encoding.length);
    const attack = byClass.find((one) => one.class === 'security_intrusion');
    expect(attack?.weights.some(({ feature }) => feature.startsWith('alert:CrmFailedLogins'))).toBe(
      true,
    );
    const sizes = attack?.weights.map(({ weight }) => Math.abs(weight)) ?? [];
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });

  it('turns the one row of two classes round for the first of them', () => {
    const [first, second] = describeModel(ofTable).byClass;
    expect(first?.weights[0]?.weight).toBe(-(second?.weights[0]?.weight ?? 0));
  });
});

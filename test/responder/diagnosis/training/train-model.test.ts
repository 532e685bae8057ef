import { describe, expect, it } from 'vitest';
import {
  encodeModel,
  readTable,
  tableOfEpisodes,
  trainModel,
} from '../../../../src/responder/diagnosis/diagnosis.ts';
import { refusal } from '../../../support/refusal.ts';
import { inventedRows } from '../invented-evidence.ts';

const table = tableOfEpisodes(inventedRows(6));
const OPTIONS = { kind: 'evidence', strengthC: 1, folds: 6 } as const;
const { model, report } = trainModel(table, OPTIONS);

describe('trainModel', () => {
  it('records what it was trained on and how it did on groups left out', () => {
    expect(model.classes).toEqual(table.classes);
    expect(model.training).toMatchObject({
      rows: 36,
      groups: 6,
      strengthC: 1,
      converged: true,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(model.training.gradientNorm).toBeLessThanOrEqual(1e-8);
    expect(model.evaluation).toMatchObject({ folds: 6, seed: 0, answeredAccuracyRatio: 1 });
    expect(model.evaluation?.figures).toEqual(report?.figures);
    expect(report?.figures.find(({ name }) => name === 'accuracy')?.value).toBe(1);
    expect(report?.rows).toBe(36);
  });

  it('calls no more rows of known classes unknown than it was told to', () => {
    expect(model.evaluation?.unknownRatio).toBeLessThanOrEqual(0.05 + 1 / 36);
    const strict = trainModel(table, { ...OPTIONS, falseUnknownRatio: 0.5 }).model;
    expect(strict.noveltyLimit).toBeLessThan(model.noveltyLimit);
    expect(strict.evaluation?.unknownRatio).toBeGreaterThan(0.2);
  });

  it('is the same to the bit every time, and another for other rows, costs or recipes', () => {
    expect(encodeModel(trainModel(table, OPTIONS).model)).toBe(encodeModel(model));
    const costs = [{ actual: 'no_fault', answer: 'security_intrusion', cost: 2 }];
    const others = [
      trainModel(tableOfEpisodes(inventedRows(6).slice(1)), OPTIONS),
      trainModel(table, { ...OPTIONS, costs }),
      trainModel(table, { ...OPTIONS, strengthC: 0.1 }),
    ];
    const ids = [model.id, ...others.map((other) => other.model.id)];
    expect(new Set(ids).size).toBe(4);
  });

  it('chooses encoding and penalty by itself', () => {
    const chosen = trainModel(table, { kind: 'evidence', folds: 2 }).model.training;
    expect(['plain', 'log', 'steps']).toContain(chosen.encoding);
    expect([0.03, 0.1, 0.3, 1, 3, 10]).toContain(chosen.strengthC);
  });

  it('keeps its probabilities although some classes have one group alone', () => {
    // The fold that holds such a class knows nothing of it, and must not make all others doubtful.
    const rare = inventedRows(1, ['data_quality_import', 'security_intrusion']);
    const common = inventedRows(6, ['service_outage', 'network', 'authentication', 'no_fault']);
    const { model: found } = trainModel(tableOfEpisodes([...rare, ...common]), OPTIONS);
    expect(found.calibration).toMatchObject({ kind: 'temperature' });
    const { temperature } = found.calibration as { temperature: number };
    expect(temperature).toBeLessThan(2);
  });

  it('fits the same without an evaluation', () => {
    const alone = trainModel(table, { ...OPTIONS, isEvaluated: false });
    expect(alone.report).toBeNull();
    const { id, evaluation, noveltyLimit } = model;
    expect({ ...alone.model, id, evaluation, noveltyLimit }).toEqual(model);
  });

  it('has no figures when no group can be left out', () => {
    const together = { ...table, groups: table.groups.map(() => 'all') };
    const alone = trainModel(together, OPTIONS);
    expect(alone.model.evaluation).toBeNull();
    expect(alone.report).toBeNull();
  });

  it('knows the columns that never change', () => {
    const text = 'a,b,c,y\n1,7,0,x\n2,7,0,z\n3,7,0,x\n4,7,0,z\n';
    const { constants, columns } = trainModel(readTable(text, 'data.csv'), { folds: 2 }).model;
    expect(constants).toEqual({ b: 7 });
    expect(columns).toEqual(['a', 'b', 'c']);
  });

  it('refuses rows of one class', () => {
    const same = tableOfEpisodes(inventedRows(3, ['no_fault']));
    const error = refusal(() => trainModel(same));
    expect(error.code).toBe('training_data_invalid');
    expect(error.message).toBe('all rows are of the class "no_fault"');
  });
});

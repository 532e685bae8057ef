import { describe, expect, it } from 'vitest';
import {
  describeComparison,
  describeModelFile,
  describeModels,
  describePromotion,
} from '../../src/cli/model-text.ts';
import { compareModels, describeModel } from '../../src/responder/diagnosis/diagnosis.ts';
import type { JudgedPair } from '../../src/responder/diagnosis/diagnosis.ts';
import { trainInvented } from '../support/trained-models.ts';

const pairs = Array.from({ length: 30 }, (_, id): JudgedPair => {
  const label = id % 2 === 0 ? 'network' : 'database';
  return {
    incidentId: `inc_${id}`,
    label,
    champion: { network: 0.5, database: 0.5 },
    challenger: { network: 0.1, database: 0.1, [label]: 0.9 },
  };
});
const models = { championId: 'old', challengerId: 'new' };

describe('what is said of models', () => {
  it('has the figures by which a promotion is decided', () => {
    const comparison = { ...models, ...compareModels(pairs) };
    expect(describeComparison(comparison)).toEqual([
      'champion old, challenger new',
      '30 incidents were judged by both before they were labelled',
      'log-loss 0.6931 to 0.1054, gain 0.5878, 95 % interval 0.5878 to 0.5878',
      '',
      '  class                    incidents   recall now   then',
      '  database                        15        1.000  1.000',
      '  network                         15        0.000  1.000',
      '',
      'nothing speaks against the challenger',
    ]);
    expect(describePromotion({ ...comparison, isPromoted: true }).at(-1)).toBe(
      'promoted: new answers now, and old is kept for a rollback',
    );
  });

  it('says what speaks against a challenger, also when nothing can be compared', () => {
    const comparison = { ...models, ...compareModels([]) };
    expect(describePromotion({ ...comparison, isPromoted: false })).toEqual([
      'champion old, challenger new',
      '0 incidents were judged by both before they were labelled',
      'against the challenger:',
      '  0 incidents were judged by both and labelled since, of 30 at least',
      'not promoted',
    ]);
  });

  it('lists who does what, and the model of the configuration where it was not added', () => {
    const added = { addedAtMs: 0, addedBy: 'ann' };
    const overview = {
      roles: { champion: 'b', challenger: 'c', former: ['a'] },
      configured: 'f',
      models: ['a', 'b', 'c'].map((id) => ({ id, ...added, note: id === 'c' ? 'of May' : '' })),
      history: [
        { modelId: 'c', role: 'challenger' as const, atMs: 60_000, actor: 'ann', why: 'of May' },
      ],
    };
    expect(describeModels(overview)).toEqual([
      'f                   from the configuration',
      'a  champion before  added 1970-01-01 00:00 by ann',
      'b  champion         added 1970-01-01 00:00 by ann',
      'c  challenger       added 1970-01-01 00:00 by ann: of May',
      '',
      'what happened:',
      '  1970-01-01 00:01  c  challenger by ann: of May',
    ]);
    const nothing = { champion: null, challenger: null, former: [] };
    expect(describeModels({ roles: nothing, configured: 'f', models: [], history: [] })).toEqual([
      'f  champion         from the configuration',
    ]);
  });

  it('shows a model file with its recipe, its figures and the heaviest weights of each class', () => {
    const model = trainInvented(1);
    const lines = describeModelFile(describeModel(model));
    expect(lines).toContain(`model        ${model.id}, of evidence`);
    expect(lines).toContain('recipe       log, C 1');
    expect(lines.some((line) => /^ {2}log-loss \(nats\)\s+\d\.\d{4}/.test(line))).toBe(true);
    for (const name of model.classes) expect(lines).toContain(`  ${name}`);
    const weights = lines.filter((line) => /^ {4}[+-]\d\.\d{3} {2}\S+.* \(log\)$/.test(line));
    expect(weights.length).toBe(6 * model.classes.length);
  });
});

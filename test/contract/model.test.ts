import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULT_CLASS_NAMES, NO_FAULT } from '../../src/catalog/catalog.ts';
import {
  decodeEpisodes,
  decodeModel,
  encodeModel,
  holdToEpisodes,
  tableOfEpisodes,
  trainModel,
} from '../../src/responder/diagnosis/diagnosis.ts';

function modelFile(name: string): string {
  return readFileSync(join(import.meta.dirname, '..', '..', 'models', name), 'utf8');
}

describe('the model that ships', () => {
  const committed = modelFile('fault-classifier.json');

  it('is what `npm run lab -- train` makes of the recorded episodes, to the bit', () => {
    const episodes = decodeEpisodes(modelFile('episodes.jsonl'), 'models/episodes.jsonl');
    // The evaluation trains ten times more, for minutes; its figures are held to the document.
    const { model } = trainModel(tableOfEpisodes(episodes), {
      kind: 'evidence',
      isEvaluated: false,
    });
    const { id, evaluation, noveltyLimit } = decodeModel(JSON.parse(committed), 'model');
    expect(encodeModel({ ...model, id, evaluation, noveltyLimit })).toBe(committed);
  }, 600_000);

  it('knows every fault class, and when nothing is wrong', () => {
    const { classes } = decodeModel(JSON.parse(committed), 'models/fault-classifier.json');
    expect(classes.toSorted()).toEqual([...FAULT_CLASS_NAMES, NO_FAULT].toSorted());
  });

  it('converged, and was right about most episodes that it did not see', () => {
    const { training, evaluation } = decodeModel(JSON.parse(committed), 'model');
    expect(training.converged).toBe(true);
    expect(training.gradientNorm).toBeLessThan(1e-8);
    const valueOf = (name: string): number =>
      evaluation?.figures.find((figure) => figure.name === name)?.value ?? 0;
    expect(valueOf('accuracy')).toBeGreaterThan(0.9);
    expect(valueOf('macroF1')).toBeGreaterThan(0.9);
  });

  it('was right about targets that no training has seen, and seldom answered unknown', () => {
    const episodes = decodeEpisodes(modelFile('episodes.jsonl'), 'models/episodes.jsonl');
    const heldOut = episodes.filter(({ split }) => split === 'held-out');
    const model = decodeModel(JSON.parse(committed), 'model');
    const { answers, report } = holdToEpisodes(model, heldOut);
    expect(answers.answeredAccuracyRatio).toBeGreaterThan(0.9);
    expect(answers.unknownRatio).toBeLessThanOrEqual(0.1);
    const calibration = report?.figures.find(({ name }) => name === 'calibrationError');
    expect(calibration?.value).toBeLessThanOrEqual(0.05);
  });

  it('holds no personal data: only names of the catalog and numbers', () => {
    expect(committed).not.toMatch(/@|sandbox|127\.0\.0\.1/);
  });
});

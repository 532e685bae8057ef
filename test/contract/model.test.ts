import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULT_CLASS_NAMES, NO_FAULT } from '../../src/catalog/catalog.ts';
import {
  decodeModel,
  decodeTrainingLines,
  encodeModel,
  train,
} from '../../src/responder/diagnosis/diagnosis.ts';

function modelFile(name: string): string {
  return readFileSync(join(import.meta.dirname, '..', '..', 'models', name), 'utf8');
}

describe('the model that ships', () => {
  const committed = modelFile('fault-classifier.json');

  it('is what `crmwatch train models/episodes.jsonl` makes of the recorded episodes, to the bit', () => {
    const rows = decodeTrainingLines(modelFile('episodes.jsonl'), 'models/episodes.jsonl');
    expect(encodeModel(train(rows))).toBe(committed);
  }, 300_000);

  it('knows every fault class, and when nothing is wrong', () => {
    const { classes } = decodeModel(JSON.parse(committed), 'models/fault-classifier.json');
    expect(classes.toSorted()).toEqual([...FAULT_CLASS_NAMES, NO_FAULT].toSorted());
  });

  it('converged, and was right about most episodes that it did not see', () => {
    const { training, evaluation } = decodeModel(JSON.parse(committed), 'model');
    expect(training.converged).toBe(true);
    expect(training.gradientNorm).toBeLessThan(1e-8);
    expect(evaluation?.accuracyRatio).toBeGreaterThan(0.9);
    expect(evaluation?.macroF1).toBeGreaterThan(0.9);
  });

  it('holds no personal data: only names of the catalog and numbers', () => {
    expect(committed).not.toMatch(/@|sandbox|127\.0\.0\.1/);
  });
});

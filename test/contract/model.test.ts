import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULT_CLASS_NAMES, NO_FAULT } from '../../src/catalog/catalog.ts';
import type { FaultClass } from '../../src/catalog/catalog.ts';
import {
  decodeEpisodes,
  decodeModel,
  encodeModel,
  tableOfEpisodes,
  trainModel,
} from '../../src/responder/diagnosis/diagnosis.ts';

/** Classes of which no episode is recorded yet. */
const NOT_YET_RECORDED: readonly FaultClass[] = [
  'dns',
  'server_error',
  'overload_latency',
  'integration_sync',
  'monitoring_pipeline',
];

function modelFile(name: string): string {
  return readFileSync(join(import.meta.dirname, '..', '..', 'models', name), 'utf8');
}

describe('the model that ships', () => {
  const committed = modelFile('fault-classifier.json');

  it('is what `crmwatch train models/episodes.jsonl` makes of the recorded episodes, to the bit', () => {
    const episodes = decodeEpisodes(modelFile('episodes.jsonl'), 'models/episodes.jsonl');
    const { model } = trainModel(tableOfEpisodes(episodes), { kind: 'evidence' });
    expect(encodeModel(model)).toBe(committed);
  }, 600_000);

  it('knows every fault class that was recorded, and when nothing is wrong', () => {
    const { classes } = decodeModel(JSON.parse(committed), 'models/fault-classifier.json');
    const known: ReadonlySet<string> = new Set(classes);
    const missing = [...FAULT_CLASS_NAMES, NO_FAULT].filter((name) => !known.has(name));
    expect(missing).toEqual(NOT_YET_RECORDED);
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

  it('holds no personal data: only names of the catalog and numbers', () => {
    expect(committed).not.toMatch(/@|sandbox|127\.0\.0\.1/);
  });
});

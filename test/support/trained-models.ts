import { tableOfEpisodes, trainModel } from '../../src/responder/diagnosis/diagnosis.ts';
import type { TrainedModel } from '../../src/responder/diagnosis/diagnosis.ts';
import { inventedRows } from '../responder/diagnosis/invented-evidence.ts';

/** A model of invented evidence; those of other strengths have other identifiers, and other probabilities. */
export function trainInvented(strengthC: number): TrainedModel {
  const table = tableOfEpisodes(inventedRows(4));
  return trainModel(table, { kind: 'evidence', encoding: 'log', strengthC, folds: 2 }).model;
}

import { partsOf } from '../../../std/std.ts';
import type { Database } from '../../../store/store.ts';
import {
  createSeeEvidence,
  featureDrift,
  lossOfClass,
  watchAnswers,
} from '../../diagnosis/diagnosis.ts';
import type {
  AnswerDrift,
  FeatureDrift,
  KeptAnswer,
  SeenEvidence,
  TrainedModel,
} from '../../diagnosis/diagnosis.ts';
import { readJudgements } from './judgement-records.ts';
import { decodeKept } from './kept-evidence.ts';
import { readLabels } from './label-records.ts';
import { learningTables } from './learning-tables.ts';
import type { ModelsInForce } from './models-in-force.ts';

export type LearningFacts = AnswerDrift & {
  readonly champion: string;
  readonly challenger: string | null;
  /** The features that moved furthest from the training, at most ten; none while too little is known. */
  readonly features: readonly FeatureDrift[];
};

/** Incidents that the distribution of features is taken over. */
const MOST_INCIDENTS = 200;
/** Diagnoses that are looked through for them: an incident may be diagnosed again and again. */
const MOST_DIAGNOSES = 2000;
const MOST_ANSWERS = 2000;
const MOST_FEATURES = 10;
/** So that others get their turn in between. */
const PART = 10;

export type DriftParts = {
  readonly database: Database;
  readonly models: Pick<ModelsInForce, 'current'>;
};

/**
 * Reads how the champion does from what was kept: all replicas say the same, also after a restart. It is computed anew
 * when something was diagnosed or labelled, or when another model is champion.
 */
export function createDriftReader({ database, models }: DriftParts): () => Promise<LearningFacts> {
  /** Null for what this version cannot read. */
  let seen:
    | { readonly model: TrainedModel; readonly by: Map<number, SeenEvidence | null> }
    | undefined;
  let known: { readonly mark: string; readonly facts: Promise<LearningFacts> } | undefined;

  async function newestEvidence(model: TrainedModel): Promise<readonly SeenEvidence[]> {
    if (seen?.model !== model) seen = { model, by: new Map() };
    const { by } = seen;
    const ids = await newestOfIncidents(database);
    for (const id of by.keys()) if (!ids.includes(id)) by.delete(id);
    const see = createSeeEvidence(model);
    const missing = ids.filter((id) => !by.has(id));
    for (const part of partsOf(missing, PART)) {
      const rows = await learningTables(database)
        .selectFrom('evidence')
        .select(['id', 'evidence'])
        .where('id', 'in', part)
        .execute();
      for (const { id, evidence } of rows) {
        const kept = decodeKept(evidence);
        by.set(id, kept === null ? null : see(kept));
      }
    }
    // In the order of the incidents, so that every sum is the same to the bit.
    return ids.flatMap((id) => by.get(id) ?? []);
  }

  async function compute(
    champion: TrainedModel,
    challenger: string | null,
  ): Promise<LearningFacts> {
    const features = featureDrift(champion, await newestEvidence(champion)) ?? [];
    return {
      champion: champion.id,
      challenger,
      features: features.slice(0, MOST_FEATURES),
      ...watchAnswers(await readAnswers(database, champion.id)),
    };
  }

  return async () => {
    const { champion, challenger } = await models.current();
    const mark = `${champion.id} ${challenger} ${await readMark(database)}`;
    if (known?.mark === mark) return known.facts;
    const facts = compute(champion, challenger);
    known = { mark, facts };
    facts.catch(() => {
      if (known?.facts === facts) known = undefined;
    });
    return facts;
  };
}

/** Changes with every diagnosis and every label. */
async function readMark(database: Database): Promise<string> {
  const tables = learningTables(database);
  const marks: string[] = [];
  for (const table of ['evidence', 'diagnosis_labels'] as const) {
    const row = await tables
      .selectFrom(table)
      .select((select) => select.fn.max('id').as('newest'))
      .executeTakeFirst();
    marks.push(String(row?.newest ?? 0));
  }
  return marks.join(' ');
}

/** The newest evidence of each of the newest incidents: further diagnoses of one say nearly the same. */
async function newestOfIncidents(database: Database): Promise<readonly number[]> {
  const rows = await learningTables(database)
    .selectFrom('evidence')
    .select(['id', 'incident_id'])
    .orderBy('id', 'desc')
    .limit(MOST_DIAGNOSES)
    .execute();
  const newest = new Map<string, number>();
  for (const { id, incident_id: incidentId } of rows) {
    if (!newest.has(incidentId)) newest.set(incidentId, id);
  }
  return [...newest.values()].slice(0, MOST_INCIDENTS);
}

async function readAnswers(database: Database, modelId: string): Promise<readonly KeptAnswer[]> {
  const judgements = await readJudgements(database, modelId, MOST_ANSWERS);
  const labels = await readLabels(database);
  return judgements.flatMap((judgement): readonly KeptAnswer[] => {
    if ('problem' in judgement) return [];
    const { incidentId, atMs, answer, probabilities } = judgement;
    const label = labels.get(incidentId)?.label.class;
    const loss = label === undefined ? null : lossOfClass(probabilities, label);
    return [{ atMs, isUnknown: answer === 'unknown', loss }];
  });
}

import type { DiagnosisAnswer } from '../../../catalog/catalog.ts';
import type { Database, DatabaseTransaction } from '../../../store/store.ts';
import type { ClassProbabilities } from '../../diagnosis/diagnosis.ts';
import { learningTables } from './learning-tables.ts';

/** What a model said of the evidence of an incident, or why it could not. */
export type ModelJudgement = {
  readonly modelId: string;
  readonly role: 'champion' | 'challenger';
} & (
  | { readonly answer: DiagnosisAnswer; readonly probabilities: ClassProbabilities }
  | { readonly problem: string }
);

export type JudgementRecord = ModelJudgement & {
  readonly incidentId: string;
  readonly atMs: number;
};

const LONGEST_PROBLEM = 500;

/**
 * Keeps what each model said, one row for each model and incident: a further diagnosis takes the place of the one before,
 * until somebody says what was right. From then on nothing is written over, since a model that is made later may have
 * learnt the answer.
 */
export async function keepJudgements(
  transaction: DatabaseTransaction,
  { incidentId, atMs }: { readonly incidentId: string; readonly atMs: number },
  judgements: readonly ModelJudgement[],
): Promise<void> {
  const tables = learningTables(transaction);
  if (judgements.length === 0) return;
  const label = await tables
    .selectFrom('diagnosis_labels')
    .select('id')
    .where('incident_id', '=', incidentId)
    .limit(1)
    .executeTakeFirst();
  if (label !== undefined) return;
  for (const judgement of judgements) {
    const said = toSaid(judgement);
    await tables
      .insertInto('diagnosis_judgements')
      .values({ incident_id: incidentId, model_id: judgement.modelId, at_ms: atMs, ...said })
      .onConflict((conflict) =>
        conflict.columns(['incident_id', 'model_id']).doUpdateSet({ at_ms: atMs, ...said }),
      )
      .execute();
  }
}

function toSaid(judgement: ModelJudgement) {
  const { role } = judgement;
  return 'problem' in judgement
    ? {
        role,
        answer: '',
        probabilities: null,
        problem: judgement.problem.slice(0, LONGEST_PROBLEM),
      }
    : {
        role,
        answer: judgement.answer,
        probabilities: JSON.stringify(judgement.probabilities),
        problem: '',
      };
}

/** What a model said last, at most `limit` incidents, the oldest first. */
export async function readJudgements(
  database: Database,
  modelId: string,
  limit: number,
): Promise<readonly JudgementRecord[]> {
  const rows = await learningTables(database)
    .selectFrom('diagnosis_judgements')
    .selectAll()
    .where('model_id', '=', modelId)
    .orderBy('at_ms', 'desc')
    .orderBy('incident_id', 'desc')
    .limit(limit)
    .execute();
  return rows.toReversed().map((row): JudgementRecord => {
    const of = { incidentId: row.incident_id, modelId, atMs: row.at_ms, role: row.role };
    if (row.probabilities === null) return { ...of, problem: row.problem };
    return {
      ...of,
      answer: row.answer as DiagnosisAnswer,
      probabilities: JSON.parse(row.probabilities) as ClassProbabilities,
    };
  });
}

export async function forgetJudgements(
  transaction: DatabaseTransaction,
  incidentId: string,
): Promise<void> {
  await learningTables(transaction)
    .deleteFrom('diagnosis_judgements')
    .where('incident_id', '=', incidentId)
    .execute();
}

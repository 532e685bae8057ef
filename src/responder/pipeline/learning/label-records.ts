import type { DiagnosisClass } from '../../../catalog/catalog.ts';
import type { Database, DatabaseTransaction } from '../../../store/store.ts';
import { decodeKept } from './kept-evidence.ts';
import { labelInForce, sayerOf } from './label-origin.ts';
import type { Label, LabelOrigin, LabelOriginKind } from './label-origin.ts';
import { learningTables } from './learning-tables.ts';

/** Appends a label, with the newest evidence of the incident. Nothing takes it back but a later label. */
export async function keepLabel(
  transaction: DatabaseTransaction,
  at: { readonly incidentId: string; readonly atMs: number },
  origin: LabelOrigin,
  label: DiagnosisClass,
): Promise<void> {
  const evidence = await newestEvidence(transaction, at.incidentId);
  await learningTables(transaction)
    .insertInto('diagnosis_labels')
    .values({
      incident_id: at.incidentId,
      at_ms: at.atMs,
      actor: sayerOf(origin),
      class: label,
      evidence,
      origin: origin.kind,
    })
    .execute();
}

async function newestEvidence(database: Database, incidentId: string): Promise<string | null> {
  const row = await learningTables(database)
    .selectFrom('evidence')
    .select('evidence')
    .where('incident_id', '=', incidentId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.evidence ?? null;
}

/** The label of each incident that has any, by incident. */
export async function readLabels(database: Database): Promise<ReadonlyMap<string, LabelFacts>> {
  const rows = await learningTables(database)
    .selectFrom('diagnosis_labels')
    .select(['id', 'incident_id', 'at_ms', 'class', 'origin'])
    .orderBy('id')
    .execute();
  const labels = rows.map((row): Label => ({
    id: row.id,
    incidentId: row.incident_id,
    atMs: row.at_ms,
    class: row.class as DiagnosisClass,
    origin: row.origin as LabelOriginKind,
  }));
  const found = new Map<string, LabelFacts>();
  for (const [incidentId, own] of Map.groupBy(labels, (label) => label.incidentId)) {
    const label = labelInForce(own);
    if (label === undefined) continue;
    found.set(incidentId, { label, firstAtMs: Math.min(...own.map(({ atMs }) => atMs)) });
  }
  return found;
}

export type LabelFacts = {
  /** The one that counts. */
  readonly label: Label;
  /** When the incident was labelled for the first time: what was said before it, was said without knowing. */
  readonly firstAtMs: number;
};

export type LabelledEvidence = {
  readonly label: DiagnosisClass;
  readonly group: string;
  readonly origin: LabelOriginKind;
  readonly evidence: unknown;
};

/**
 * What people and rules said about incidents, with the evidence, one after the other in the order of incidents; those of
 * which there is no evidence left that this version can read are counted in `onWithout` alone.
 */
export async function* readLabelledEvidence(
  database: Database,
  onWithout: () => void,
): AsyncGenerator<LabelledEvidence> {
  const labels = await readLabels(database);
  const ordered = [...labels].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [incidentId, { label }] of ordered) {
    const own = await evidenceOf(database, label);
    // A label that was given before the diagnosis is about the evidence that came later.
    const evidence = own ?? (await newestEvidence(database, incidentId));
    if (evidence === null || decodeKept(evidence) === null) {
      onWithout();
      continue;
    }
    const { origin } = label;
    yield { label: label.class, group: incidentId, origin, evidence: JSON.parse(evidence) };
  }
}

async function evidenceOf(database: Database, { id }: Label): Promise<string | null> {
  const row = await learningTables(database)
    .selectFrom('diagnosis_labels')
    .select('evidence')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.evidence ?? null;
}

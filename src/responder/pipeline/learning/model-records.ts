import type { Database, DatabaseTransaction } from '../../../store/store.ts';
import { learningTables } from './learning-tables.ts';
import { rolesOf } from './model-roles.ts';
import type { ModelRoles, RoleEntry } from './model-roles.ts';

export type ModelRecord = {
  readonly id: string;
  readonly addedAtMs: number;
  readonly addedBy: string;
  readonly note: string;
};

export type NewModel = ModelRecord & {
  /** Of the model file. */
  readonly text: string;
};

/** The model files that were added, the oldest first, without their texts. */
export async function listModels(database: Database): Promise<readonly ModelRecord[]> {
  const rows = await learningTables(database)
    .selectFrom('models')
    .select(['id', 'added_at_ms', 'added_by', 'note'])
    .orderBy('number')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    addedAtMs: row.added_at_ms,
    addedBy: row.added_by,
    note: row.note,
  }));
}

export async function findModelText(database: Database, id: string): Promise<string | null> {
  const row = await learningTables(database)
    .selectFrom('models')
    .select('text')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.text ?? null;
}

export async function addModel(
  transaction: DatabaseTransaction,
  { id, text, addedAtMs, addedBy, note }: NewModel,
): Promise<void> {
  await learningTables(transaction)
    .insertInto('models')
    .values({ id, text, added_at_ms: addedAtMs, added_by: addedBy, note })
    .execute();
}

/** The whole history of roles, the oldest first. */
export async function readRoleHistory(database: Database): Promise<readonly RoleEntry[]> {
  const rows = await learningTables(database)
    .selectFrom('model_roles')
    .selectAll()
    .orderBy('number')
    .execute();
  return rows.map((row) => ({
    modelId: row.model_id,
    role: row.role,
    atMs: row.at_ms,
    actor: row.actor,
    why: row.why,
  }));
}

/** A few short rows, read with every diagnosis: a new role is noticed by the next one, in every replica. */
export async function readRoles(database: Database): Promise<ModelRoles> {
  return rolesOf(await readRoleHistory(database));
}

export async function giveRole(
  transaction: DatabaseTransaction,
  { modelId, role, atMs, actor, why }: RoleEntry,
): Promise<void> {
  await learningTables(transaction)
    .insertInto('model_roles')
    .values({ model_id: modelId, role, at_ms: atMs, actor, why })
    .execute();
}

import type { Database, DatabaseTransaction, Kysely, Migrations } from '../../store/store.ts';

export type IdempotencyTables = {
  idempotency_keys: {
    actor: string;
    request_key: string;
    fingerprint: string;
    /** JSON of what was answered; empty while the change is being made. */
    answer: string;
    expires_at_ms: number;
  };
};

const STATEMENTS = {
  table: `CREATE TABLE idempotency_keys (
    actor TEXT NOT NULL, request_key TEXT NOT NULL, fingerprint TEXT NOT NULL, answer TEXT NOT NULL,
    expires_at_ms BIGINT NOT NULL, PRIMARY KEY (actor, request_key))`,
  index: 'CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at_ms)',
} as const;

export const IDEMPOTENCY_MIGRATIONS: Migrations = {
  room: 'idempotency',
  steps: [
    {
      name: 'keys of requests with their answers',
      statements: {
        sqlite: [`${STATEMENTS.table.replace('BIGINT', 'INTEGER')} STRICT`, STATEMENTS.index],
        postgresql: [STATEMENTS.table, STATEMENTS.index],
      },
    },
  ],
};

/** One request that must not be carried out twice, by the key that its sender chose. */
export type OnceRequest = {
  readonly actor: string;
  readonly key: string;
  /** Tells whether a second request with the key asks for the same. */
  readonly fingerprint: string;
};

export type OnceResult<T> =
  /** `isReplayed` when the answer is that of an earlier request. */
  | { readonly kind: 'answered'; readonly answer: T; readonly isReplayed: boolean }
  /** The key was used for another request; nothing was done. */
  | { readonly kind: 'key_reused' };

export const IDEMPOTENCY_LIFETIME_MS: number = 24 * 3_600_000;

/**
 * Runs `work` unless its request was carried out before, within the transaction of the change: so the change and
 * the answer are kept both, or neither. The key is claimed first; on PostgreSQL a second request waits there for
 * the first one's commit. Only an answer that `isKept` says is worth it is kept, since what changed nothing
 * may be tried again: so the table grows no faster than the journal, and for 24 hours. The answer must
 * survive JSON.
 */
export async function once<T>(
  transaction: DatabaseTransaction,
  request: OnceRequest | undefined,
  nowMs: number,
  work: () => Promise<T>,
  isKept: (answer: T) => boolean,
): Promise<OnceResult<T>> {
  if (request === undefined) {
    return { kind: 'answered', answer: await work(), isReplayed: false };
  }
  const tables = tablesOf(transaction);
  await deleteExpiredKeys(transaction, nowMs);
  const claimed = await claim(tables, request, nowMs);
  if (!claimed) return recall<T>(tables, request);
  const answer = await work();
  if (isKept(answer)) {
    await tables
      .updateTable('idempotency_keys')
      .set({ answer: JSON.stringify(answer) })
      .where('actor', '=', request.actor)
      .where('request_key', '=', request.key)
      .execute();
  } else {
    await tables
      .deleteFrom('idempotency_keys')
      .where('actor', '=', request.actor)
      .where('request_key', '=', request.key)
      .execute();
  }
  return { kind: 'answered', answer, isReplayed: false };
}

/** Gives how many. */
export async function deleteExpiredKeys(
  transaction: DatabaseTransaction,
  nowMs: number,
): Promise<number> {
  const { numDeletedRows } = await tablesOf(transaction)
    .deleteFrom('idempotency_keys')
    .where('expires_at_ms', '<=', nowMs)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

function tablesOf(database: Database): Kysely<IdempotencyTables> {
  return database.withTables<IdempotencyTables>();
}

async function claim(
  tables: Kysely<IdempotencyTables>,
  { actor, key, fingerprint }: OnceRequest,
  nowMs: number,
): Promise<boolean> {
  const expires_at_ms = nowMs + IDEMPOTENCY_LIFETIME_MS;
  const inserted = await tables
    .insertInto('idempotency_keys')
    .values({ actor, request_key: key, fingerprint, answer: '', expires_at_ms })
    .onConflict((conflict) => conflict.columns(['actor', 'request_key']).doNothing())
    .executeTakeFirst();
  return Number(inserted.numInsertedOrUpdatedRows ?? 0) === 1;
}

async function recall<T>(
  tables: Kysely<IdempotencyTables>,
  { actor, key, fingerprint }: OnceRequest,
): Promise<OnceResult<T>> {
  const row = await tables
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'answer'])
    .where('actor', '=', actor)
    .where('request_key', '=', key)
    .executeTakeFirstOrThrow();
  if (row.fingerprint !== fingerprint) return { kind: 'key_reused' };
  return { kind: 'answered', answer: JSON.parse(row.answer) as T, isReplayed: true };
}

/** Forgets that these requests were carried out, with what was answered. */
export async function forgetRequests(
  transaction: DatabaseTransaction,
  requests: readonly { readonly actor: string; readonly key: string }[],
): Promise<void> {
  for (const { actor, key } of requests) {
    await tablesOf(transaction)
      .deleteFrom('idempotency_keys')
      .where('actor', '=', actor)
      .where('request_key', '=', key)
      .execute();
  }
}

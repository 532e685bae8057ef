import { sha256Hex } from '../../std/std.ts';
import type { Clock, Random } from '../../std/std.ts';
import type { DatabaseTransaction, Store } from '../../store/store.ts';
import { accountTables } from './account-tables.ts';
import { ROLES } from './roles.ts';
import type { Role } from './roles.ts';

export type SessionLimits = {
  /** A session ends so long after the sign-in, whatever happens. */
  readonly lifetimeMs: number;
  /** A session ends so long after its last request. */
  readonly idleMs: number;
  /** When there are more, the one that was not used for the longest time ends. */
  readonly maximum: number;
};

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  lifetimeMs: 12 * 3_600_000,
  idleMs: 4 * 3_600_000,
  maximum: 1000,
};

export type NewSession = {
  readonly actor: string;
  readonly role: Role;
  /** What the session was opened with; `find` gives it back for the caller to judge. */
  readonly credential: string;
};

export type Session = NewSession & { readonly openedAtMs: number };

export type Sessions = {
  readonly limits: SessionLimits;
  /** Returns the secret id for the cookie: always a new one, which nobody can have known before. */
  open(session: NewSession): Promise<string>;
  /** Counts as a use of the session, unless it is a mere `look`. */
  find(id: string, mode?: 'use' | 'look'): Promise<Session | null>;
  end(id: string): Promise<void>;
};

const ID_BYTES = 32;
const ID = /^[A-Za-z0-9_-]{43}$/;
/** The last use is written at most so often, and never when the idle limit is far. */
const SEEN_STEP_MS = 60_000;

/** Takes away what is over, and beyond the maximum what was not used for the longest time. */
async function makeRoom(
  transaction: DatabaseTransaction,
  nowMs: number,
  limits: SessionLimits,
): Promise<void> {
  const rows = accountTables(transaction);
  await rows
    .deleteFrom('sessions')
    .where((where) =>
      where.or([
        where('opened_at_ms', '<=', nowMs - limits.lifetimeMs),
        where('seen_at_ms', '<=', nowMs - limits.idleMs),
      ]),
    )
    .execute();
  const { count } = await rows
    .selectFrom('sessions')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow();
  const surplus = Number(count) - limits.maximum + 1;
  if (surplus <= 0) return;
  const oldest = await rows
    .selectFrom('sessions')
    .select('id_hash')
    .orderBy('seen_at_ms')
    .orderBy('id_hash')
    .limit(surplus)
    .execute();
  const hashes = oldest.map(({ id_hash }) => id_hash);
  await rows.deleteFrom('sessions').where('id_hash', 'in', hashes).execute();
}

/**
 * Sessions are rows, so they survive a restart and every replica knows them. They are kept under the hash of their
 * id: whoever reads the database can use none, and looking one up takes the same time whatever was guessed.
 */
export function createSessions(
  store: Store,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  limits: SessionLimits,
): Sessions {
  const table = accountTables(store.database);

  return {
    limits,
    async open({ actor, role, credential }) {
      const id = Buffer.from(random.bytes(ID_BYTES)).toString('base64url');
      const nowMs = clock.now();
      await store.transaction(async (transaction) => {
        await makeRoom(transaction, nowMs, limits);
        const times = { opened_at_ms: nowMs, seen_at_ms: nowMs };
        await accountTables(transaction)
          .insertInto('sessions')
          .values({ id_hash: sha256Hex(id), actor, role, credential, ...times })
          .execute();
      });
      return id;
    },
    async find(id, mode = 'use') {
      if (!ID.test(id)) return null;
      const nowMs = clock.now();
      const hash = sha256Hex(id);
      const row = await table
        .selectFrom('sessions')
        .selectAll()
        .where('id_hash', '=', hash)
        .executeTakeFirst();
      const role = ROLES.find((each) => each === row?.role);
      if (row === undefined || role === undefined) return null;
      const isOver =
        row.opened_at_ms + limits.lifetimeMs <= nowMs || row.seen_at_ms + limits.idleMs <= nowMs;
      if (isOver) return null;
      const isStale = nowMs - row.seen_at_ms >= Math.min(SEEN_STEP_MS, limits.idleMs / 10);
      if (mode === 'use' && isStale) {
        const update = table
          .updateTable('sessions')
          .set({ seen_at_ms: nowMs })
          .where('id_hash', '=', hash);
        // A disk that is full must not keep out those who come to see why.
        await update.execute().catch(() => {});
      }
      const { actor, credential, opened_at_ms: openedAtMs } = row;
      return { actor, role, credential, openedAtMs };
    },
    async end(id) {
      await table.deleteFrom('sessions').where('id_hash', '=', sha256Hex(id)).execute();
    },
  };
}

/** Takes out sessions that were opened until then, which no limit lets be good any more. Gives how many. */
export async function deleteExpiredSessions(
  transaction: DatabaseTransaction,
  openedUntilMs: number,
): Promise<number> {
  const { numDeletedRows } = await accountTables(transaction)
    .deleteFrom('sessions')
    .where('opened_at_ms', '<=', openedUntilMs)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

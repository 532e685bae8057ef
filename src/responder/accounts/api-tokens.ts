import { secretsEqual, sha256Hex } from '../../std/std.ts';
import type { Clock, Random } from '../../std/std.ts';
import type { Selectable, Store } from '../../store/store.ts';
import { accountTables } from './account-tables.ts';
import type { AccountTables } from './account-tables.ts';
import { ROLES } from './roles.ts';
import type { Role } from './roles.ts';
import { SCOPES, scopesOf } from './scopes.ts';
import type { Scope } from './scopes.ts';

export type ApiToken = {
  /** Stands in the token itself and in the log; it is no secret. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** To the hour; null when it was never used. */
  readonly lastUsedAtMs: number | null;
  readonly revokedBy: string | null;
  readonly revokedAtMs: number | null;
};

export type NewApiToken = {
  readonly name: string;
  readonly role: Role;
  /** Absent: all that the role may hold. */
  readonly scopes?: readonly Scope[];
  /** Absent: DEFAULT_TOKEN_LIFETIME_MS. */
  readonly lifetimeMs?: number;
};

export type TokenCreation =
  /** `secret` is shown this once; only its hash is kept. */
  | { readonly status: 'created'; readonly token: ApiToken; readonly secret: string }
  | { readonly status: 'refused'; readonly why: string; readonly remedy: string };

export type TokenCounts = {
  /** Good for longer than `expiring` says. */
  readonly active: number;
  /** Good for at most EXPIRING_SOON_MS more. */
  readonly expiring: number;
  readonly expired: number;
  readonly revoked: number;
};

export type ApiTokens = {
  /** Newest first, those that are no longer good too; without secrets. */
  list(): Promise<readonly ApiToken[]>;
  create(token: NewApiToken, by: string): Promise<TokenCreation>;
  /** The token as it is afterwards; null when there is none with this id. It is refused from now on, everywhere. */
  revoke(id: string, by: string): Promise<ApiToken | null>;
  /** The token that was presented, if it is good now. */
  find(presented: string): Promise<ApiToken | null>;
  counts(): Promise<TokenCounts>;
};

const DAY_MS = 86_400_000;
const DEFAULT_TOKEN_LIFETIME_MS = 90 * DAY_MS;
const MAXIMUM_TOKEN_LIFETIME_MS = 366 * DAY_MS;
const MINIMUM_TOKEN_LIFETIME_MS = 60_000;
const EXPIRING_SOON_MS = 14 * DAY_MS;
/** Names are told to everybody who reads the timeline, and never free text. */
const TOKEN_NAME = /^[a-z0-9][a-z0-9_.-]{0,62}$/;
const MAXIMUM_TOKENS = 1000;
const KEPT_AFTER_END_MS = 90 * DAY_MS;
const USED_STEP_MS = 3_600_000;

const ID_BYTES = 8;
const SECRET_BYTES = 32;
const TOKEN = /^crmw_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;
/** Compared with when there is no such id, so that guessing ids takes as long as guessing secrets. */
const NO_HASH = sha256Hex('');

type Row = Selectable<AccountTables['api_tokens']>;

function fromRow(row: Row): ApiToken {
  const scopes = JSON.parse(row.scopes) as unknown[];
  return {
    id: row.id,
    name: row.name,
    // What a later version may have written and this one does not know gives the least.
    role: ROLES.find((role) => role === row.role) ?? 'viewer',
    scopes: SCOPES.filter((scope) => scopes.includes(scope)),
    createdBy: row.created_by,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
    revokedBy: row.revoked_by,
    revokedAtMs: row.revoked_at_ms,
  };
}

function whyNot({ name, role, scopes, lifetimeMs }: NewApiToken): TokenCreation | null {
  const refuse = (why: string, remedy: string): TokenCreation => ({
    status: 'refused',
    why,
    remedy,
  });
  if (!TOKEN_NAME.test(name)) {
    const found = JSON.stringify(name.slice(0, 40));
    const remedy = 'use lower-case letters, digits, dots, dashes and underscores, at most 63';
    return refuse(`${found} is no name for a token`, remedy);
  }
  const possible = scopesOf(role);
  const beyond = scopes?.find((scope) => !possible.includes(scope));
  if (beyond !== undefined) {
    const remedy = `give it a higher role, or only these: ${possible.join(', ')}`;
    return refuse(`the role ${role} cannot hold the scope ${beyond}`, remedy);
  }
  if (scopes?.length === 0) {
    return refuse('a token without a scope is good for nothing', 'name a scope, or leave it out');
  }
  const isPossible =
    lifetimeMs === undefined ||
    (lifetimeMs >= MINIMUM_TOKEN_LIFETIME_MS && lifetimeMs <= MAXIMUM_TOKEN_LIFETIME_MS);
  if (isPossible) return null;
  return refuse('a token lives from 1m to 366d', 'choose a time between, such as 90d');
}

/** Makes room by what ended long ago; false when there is none. */
async function insert(store: Store, row: Row): Promise<boolean> {
  const endMs = row.created_at_ms - KEPT_AFTER_END_MS;
  return store.transaction(async (transaction) => {
    const rows = accountTables(transaction);
    await rows
      .deleteFrom('api_tokens')
      .where((where) =>
        where.or([where('expires_at_ms', '<', endMs), where('revoked_at_ms', '<', endMs)]),
      )
      .execute();
    const { count } = await rows
      .selectFrom('api_tokens')
      .select(({ fn }) => fn.countAll<number | string>().as('count'))
      .executeTakeFirstOrThrow();
    if (Number(count) >= MAXIMUM_TOKENS) return false;
    await rows.insertInto('api_tokens').values(row).execute();
    return true;
  });
}

/** A row for a new token, and what its bearer is given. */
function makeToken(
  wanted: NewApiToken,
  by: string,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): { readonly row: Row; readonly secret: string } {
  const { name, role, scopes = scopesOf(role), lifetimeMs = DEFAULT_TOKEN_LIFETIME_MS } = wanted;
  const nowMs = clock.now();
  const id = Buffer.from(random.bytes(ID_BYTES)).toString('hex');
  const secret = Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url');
  const row = {
    id,
    name,
    role,
    scopes: JSON.stringify(SCOPES.filter((scope) => scopes.includes(scope))),
    secret_hash: sha256Hex(secret),
    created_by: by,
    created_at_ms: nowMs,
    expires_at_ms: nowMs + lifetimeMs,
    last_used_at_ms: null,
    revoked_by: null,
    revoked_at_ms: null,
  };
  return { row, secret: `crmw_${id}_${secret}` };
}

/** To the hour. A store that cannot be written to must not keep readers out, so its failure is not told. */
async function noteUse(store: Store, { id, lastUsedAtMs }: ApiToken, nowMs: number): Promise<void> {
  const hourMs = nowMs - (nowMs % USED_STEP_MS);
  if (lastUsedAtMs !== null && lastUsedAtMs >= hourMs) return;
  const update = accountTables(store.database)
    .updateTable('api_tokens')
    .set({ last_used_at_ms: hourMs })
    .where('id', '=', id);
  await update.execute().catch(() => {});
}

/** What stands for one token in requests: `crmw_`, its id, and 256 random bits, of which the hash alone is kept. */
export function createApiTokens(
  store: Store,
  effects: { readonly clock: Clock; readonly random: Random },
): ApiTokens {
  const { clock } = effects;
  const table = accountTables(store.database);

  async function findRow(id: string) {
    return table.selectFrom('api_tokens').selectAll().where('id', '=', id).executeTakeFirst();
  }

  return {
    async list() {
      const rows = await table
        .selectFrom('api_tokens')
        .selectAll()
        .orderBy('created_at_ms', 'desc')
        .orderBy('id')
        .execute();
      return rows.map(fromRow);
    },
    async create(wanted, by) {
      const refusal = whyNot(wanted);
      if (refusal !== null) return refusal;
      const { row, secret } = makeToken(wanted, by, effects);
      if (await insert(store, row)) return { status: 'created', token: fromRow(row), secret };
      return {
        status: 'refused',
        why: `there are ${MAXIMUM_TOKENS} tokens already`,
        remedy: 'revoke those that nobody uses; they go 90 days later',
      };
    },
    async revoke(id, by) {
      await table
        .updateTable('api_tokens')
        .set({ revoked_by: by, revoked_at_ms: clock.now() })
        .where('id', '=', id)
        .where('revoked_at_ms', 'is', null)
        .execute();
      const row = await findRow(id);
      return row === undefined ? null : fromRow(row);
    },
    async find(presented) {
      const [, id = '', secret = ''] = TOKEN.exec(presented) ?? [];
      const row = await findRow(id);
      const isRight = secretsEqual(sha256Hex(secret), row?.secret_hash ?? NO_HASH);
      if (row === undefined || !isRight || id === '') return null;
      const token = fromRow(row);
      const nowMs = clock.now();
      if (token.revokedAtMs !== null || token.expiresAtMs <= nowMs) return null;
      await noteUse(store, token, nowMs);
      return token;
    },
    async counts() {
      const rows = await table
        .selectFrom('api_tokens')
        .select(['expires_at_ms', 'revoked_at_ms'])
        .execute();
      const counts = { active: 0, expiring: 0, expired: 0, revoked: 0 };
      for (const row of rows) counts[stateOf(row, clock.now())]++;
      return counts;
    },
  };
}

function stateOf(
  row: { readonly expires_at_ms: number; readonly revoked_at_ms: number | null },
  nowMs: number,
): keyof TokenCounts {
  if (row.revoked_at_ms !== null) return 'revoked';
  if (row.expires_at_ms <= nowMs) return 'expired';
  return row.expires_at_ms - nowMs <= EXPIRING_SOON_MS ? 'expiring' : 'active';
}

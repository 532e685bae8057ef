import type { Database, Kysely, Migrations } from '../../store/store.ts';

export type AccountTables = {
  sessions: {
    /** SHA-256 of the id that the browser has. */
    id_hash: string;
    actor: string;
    role: string;
    /** What the session was opened with, so that it ends when that is no longer good. */
    credential: string;
    opened_at_ms: number;
    seen_at_ms: number;
  };
  api_tokens: {
    id: string;
    name: string;
    role: string;
    /** JSON of the scopes. */
    scopes: string;
    /** SHA-256 of the secret. */
    secret_hash: string;
    created_by: string;
    created_at_ms: number;
    expires_at_ms: number;
    last_used_at_ms: number | null;
    revoked_by: string | null;
    revoked_at_ms: number | null;
  };
  /** One row: what is sealed or signed by one replica must be opened by the others. */
  server_keys: { name: string; secret: string; created_at_ms: number };
};

export function accountTables(database: Database): Kysely<AccountTables> {
  return database.withTables<AccountTables>();
}

export const ACCOUNT_MIGRATIONS: Migrations = {
  room: 'accounts',
  steps: [
    {
      name: 'sessions, API tokens and the key of the server',
      statements: {
        sqlite: [
          `CREATE TABLE sessions (
            id_hash TEXT PRIMARY KEY, actor TEXT NOT NULL, role TEXT NOT NULL, credential TEXT NOT NULL,
            opened_at_ms INTEGER NOT NULL, seen_at_ms INTEGER NOT NULL) STRICT`,
          'CREATE INDEX sessions_by_age ON sessions (seen_at_ms)',
          `CREATE TABLE api_tokens (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, scopes TEXT NOT NULL,
            secret_hash TEXT NOT NULL, created_by TEXT NOT NULL, created_at_ms INTEGER NOT NULL,
            expires_at_ms INTEGER NOT NULL, last_used_at_ms INTEGER, revoked_by TEXT,
            revoked_at_ms INTEGER) STRICT`,
          `CREATE TABLE server_keys (
            name TEXT PRIMARY KEY, secret TEXT NOT NULL, created_at_ms INTEGER NOT NULL) STRICT`,
        ],
        postgresql: [
          `CREATE TABLE sessions (
            id_hash TEXT PRIMARY KEY, actor TEXT NOT NULL, role TEXT NOT NULL, credential TEXT NOT NULL,
            opened_at_ms BIGINT NOT NULL, seen_at_ms BIGINT NOT NULL)`,
          'CREATE INDEX sessions_by_age ON sessions (seen_at_ms)',
          `CREATE TABLE api_tokens (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, scopes TEXT NOT NULL,
            secret_hash TEXT NOT NULL, created_by TEXT NOT NULL, created_at_ms BIGINT NOT NULL,
            expires_at_ms BIGINT NOT NULL, last_used_at_ms BIGINT, revoked_by TEXT,
            revoked_at_ms BIGINT)`,
          `CREATE TABLE server_keys (
            name TEXT PRIMARY KEY, secret TEXT NOT NULL, created_at_ms BIGINT NOT NULL)`,
        ],
      },
    },
  ],
};

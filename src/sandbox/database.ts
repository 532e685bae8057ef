import { CrmwatchError, sha256Hex } from '../std/std.ts';
import type { SqlValue, Sqlite } from '../store/store.ts';

import type { InventedData } from './invent/records.ts';
import { DAY_MS, toIso } from './invent/times.ts';

/** Every table of the sandbox CRM. They are dropped and made anew at each start: it starts healthy. */
const TABLES = {
  users: `id INTEGER PRIMARY KEY AUTOINCREMENT, user_name TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
    active INTEGER NOT NULL, second_factor INTEGER NOT NULL, last_login_at TEXT,
    password_hash TEXT, locked INTEGER NOT NULL DEFAULT 0`,
  accounts: `id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, industry TEXT, country TEXT, website TEXT,
    owner_id INTEGER, created_at TEXT NOT NULL, updated_at TEXT NOT NULL`,
  contacts: `id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER, first_name TEXT, last_name TEXT, email TEXT,
    phone TEXT, country TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL`,
  deals: `id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER, owner_id INTEGER, name TEXT, amount REAL,
    currency TEXT, pipeline_stage TEXT, close_date TEXT, created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL`,
  jobs: `id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, state TEXT NOT NULL, enqueued_at TEXT NOT NULL,
    started_at TEXT, finished_at TEXT`,
  logins: `id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, succeeded INTEGER NOT NULL, at TEXT NOT NULL`,
  tokens: `id INTEGER PRIMARY KEY AUTOINCREMENT, token_hash TEXT NOT NULL UNIQUE, user_id INTEGER NOT NULL,
    created_at TEXT NOT NULL, expires_at TEXT, revoked INTEGER NOT NULL DEFAULT 0`,
  permissions: `id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL, permission TEXT NOT NULL`,
  audit_events: `id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, at TEXT NOT NULL`,
  deliveries: `id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL`,
  settings: `id INTEGER PRIMARY KEY AUTOINCREMENT, audit_trail INTEGER NOT NULL`,
  api_usage: `id INTEGER PRIMARY KEY AUTOINCREMENT, call_limit INTEGER NOT NULL, used INTEGER NOT NULL,
    resets_at TEXT NOT NULL`,
  kept_rows: `fault TEXT NOT NULL, table_name TEXT NOT NULL, row_id INTEGER NOT NULL,
    column_name TEXT NOT NULL, content TEXT, PRIMARY KEY (fault, table_name, row_id, column_name)`,
} as const;

const INDEXES = `
  CREATE INDEX contacts_updated ON contacts (updated_at);
  CREATE INDEX logins_at ON logins (at);
  CREATE INDEX audit_events_at ON audit_events (at);
  CREATE INDEX deliveries_at ON deliveries (at);
  CREATE INDEX jobs_state ON jobs (state);
  CREATE INDEX kept_rows_by_row ON kept_rows (table_name, row_id);`;

/** Marks the files of sandboxes: the letters "crmw" as a 32-bit number. */
const APPLICATION_ID = 0x63726d77;

/** What the API can show or change, in the order in which a fault takes it away. */
export const PERMISSIONS: readonly string[] = [
  'contacts.read',
  'users.read',
  'logins.read',
  'deals.read',
  'jobs.read',
  'accounts.read',
  'contacts.write',
  'audit_events.read',
  'deliveries.read',
  'tokens.read',
  'settings.read',
];

/** API calls per day: a monitor that scans everything each 15 s uses about a third. */
export const CALL_LIMIT = 250_000;

const INTEGRATION_TOKEN_AGE_MS = 200 * DAY_MS;

/** The identity that monitors the CRM; an agent, so that it does not count as privileged. */
export type Monitor = {
  readonly userName: string;
  readonly password: string;
  readonly token: string;
};

const INVENTED_TABLES = [
  'users',
  'accounts',
  'contacts',
  'deals',
  'jobs',
  'logins',
  'audit_events',
  'deliveries',
] as const satisfies readonly (keyof InventedData)[];

/**
 * Drops what an earlier run left and writes the invented data, in one transaction. Gives the id of the
 * monitoring user.
 */
export function fillDatabase(
  database: Sqlite,
  data: InventedData,
  monitor: Monitor,
  nowMs: number,
): number {
  refuseForeignDatabase(database);
  return database.transaction(() => {
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    for (const [table, columns] of Object.entries(TABLES)) {
      database.exec(`DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} (${columns})`);
    }
    database.exec(INDEXES);
    for (const table of INVENTED_TABLES) insertAll(database, table, data[table]);
    database.run('INSERT INTO settings (audit_trail) VALUES (1)');
    database.run(
      'INSERT INTO api_usage (id, call_limit, used, resets_at) VALUES (1, ?, 0, ?)',
      CALL_LIMIT,
      nextMidnight(nowMs),
    );
    return addMonitor(database, monitor, nowMs);
  });
}

/** Dropping tables by name is no way to treat somebody's database that was named by mistake. */
function refuseForeignDatabase(database: Sqlite): void {
  const marker = database.get('PRAGMA application_id')?.['application_id'];
  const tables = database.get('SELECT count(*) AS count FROM sqlite_schema')?.['count'];
  if (marker === APPLICATION_ID || tables === 0) return;
  throw new CrmwatchError(
    'store_incompatible',
    `${database.file} is a database, but none that a sandbox has made`,
    { remedy: 'name a file that does not exist yet; the sandbox would overwrite this one' },
  );
}

/** Where the day of an API quota ends: the next midnight in UTC. */
export function nextMidnight(nowMs: number): string {
  return toIso((Math.floor(nowMs / DAY_MS) + 1) * DAY_MS);
}

function insertAll(
  database: Sqlite,
  table: string,
  rows: readonly Readonly<Record<string, SqlValue>>[],
): void {
  const columns = Object.keys(rows[0] ?? {});
  const marks = columns.map(() => '?').join(', ');
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`;
  for (const row of rows) database.run(sql, ...Object.values(row));
}

function addMonitor(database: Sqlite, monitor: Monitor, nowMs: number): number {
  const { lastInsertId: userId } = database.run(
    `INSERT INTO users (user_name, role, active, second_factor, password_hash)
     VALUES (?, 'agent', 1, 1, ?)`,
    monitor.userName,
    sha256Hex(monitor.password),
  );
  database.run(
    'INSERT INTO tokens (token_hash, user_id, created_at) VALUES (?, ?, ?)',
    sha256Hex(monitor.token),
    userId,
    toIso(nowMs),
  );
  // Of an integration that has been there for long. No token has this for its hash, so nobody can use it.
  database.run(
    'INSERT INTO tokens (token_hash, user_id, created_at) VALUES (?, 1, ?)',
    'of an integration',
    toIso(nowMs - INTEGRATION_TOKEN_AGE_MS),
  );
  for (const permission of PERMISSIONS) {
    database.run('INSERT INTO permissions (user_id, permission) VALUES (?, ?)', userId, permission);
  }
  return userId;
}

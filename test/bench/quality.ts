import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { measureQuality, qualityChecksDecoder } from '../../src/exporter/quality/quality.ts';
import type { QualityChecks } from '../../src/exporter/quality/quality.ts';
import { createSystemClock, decode } from '../../src/std/std.ts';
import { openSqlReader } from '../../src/store/store.ts';
import { connectorOf } from '../support/connector-support.ts';
import { runDuckdb } from '../support/duckdb.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import type { Figure } from './main.ts';

const REPETITIONS = 3;
const TIMEOUT_MS = 600_000;
const STAGES = ['New', 'Won', 'Lost'];
const STALE_AFTER_DAYS = 180;

/** `--rows N`, 1,000,000 without it. */
function rowsOf(words: readonly string[]): number {
  const { values } = parseArgs({ args: [...words], options: { rows: { type: 'string' } } });
  const rows = Number(values.rows ?? 1_000_000);
  if (!Number.isSafeInteger(rows) || rows < 1)
    throw new Error('--rows: write a whole number from 1 on');
  return rows;
}

/** Contacts of which a twentieth has no address, a hundredth has that of another, and so on. */
const contacts = (rows: number): string => `SELECT
    i AS id,
    CASE WHEN i % 20 = 0 THEN NULL WHEN i % 100 = 1 THEN 'shared' || (i % 5000) || '@example.com' ELSE 'person' || i || '@example.com' END AS email,
    CASE WHEN i % 7 = 0 THEN '' ELSE '+4930' || (1000000 + i % 8000000) END AS phone,
    'First' || (i % 997) AS first_name,
    CASE WHEN i % 50 = 0 THEN '  ' ELSE 'Last' || (i % 49999) END AS last_name,
    CASE WHEN i % 3 = 0 THEN 'Lost' WHEN i % 11 = 0 THEN 'Odd' ELSE 'New' END AS stage,
    CASE WHEN i % 13 = 0 THEN NULL ELSE 1 + i % 1200 END AS account_id,
    TIMESTAMP '2026-01-01' - to_days(CAST(i % 400 AS integer)) AS updated_at
  FROM range(${rows}) AS counted(i)`;

const FIELDS = ['email', 'phone', 'first_name', 'last_name', 'stage', 'account_id', 'updated_at'];

function checksOf(): QualityChecks {
  const decoded = decode.run(qualityChecksDecoder, {
    objects: {
      contact: {
        completeness: { fields: FIELDS },
        duplicates: { keys: [['email'], ['phone'], ['first_name', 'last_name']] },
        picklists: { stage: STAGES },
        freshness: { field: 'updated_at', maximum_age: `${STALE_AFTER_DAYS}d` },
        orphans: [{ field: 'account_id', object: 'account' }],
      },
    },
  });
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.problems));
  return decoded.value;
}

const EMPTY = (column: string): string =>
  `(${column} IS NULL OR trim(CAST(${column} AS text)) = '')`;

/** What somebody who knows DuckDB would write for the same counts, with blanks as its own trim() has them. */
function byHand(beforeMs: number): string {
  const before = new Date(beforeMs).toISOString().replace('Z', '');
  const missing = FIELDS.map((field) => `count(*) FILTER (WHERE ${EMPTY(field)})`);
  const repeated = [['email'], ['phone'], ['first_name', 'last_name']].map((key) => {
    const parts = key.map((column) => `lower(trim(${column}))`).join(', ');
    const filled = key.map((column) => `NOT ${EMPTY(column)}`).join(' AND ');
    return `(SELECT count(*) - count(DISTINCT (${parts})) FROM contacts WHERE ${filled})`;
  });
  return `SELECT count(*), ${missing.join(', ')},
      count(*) FILTER (WHERE stage NOT IN (${STAGES.map((stage) => `'${stage}'`).join(', ')})),
      count(*) FILTER (WHERE updated_at < TIMESTAMP '${before}'),
      count(*) FILTER (WHERE account_id IS NOT NULL AND account_id NOT IN (SELECT id FROM accounts)),
      ${repeated.join(', ')}
    FROM contacts`;
}

/** The fastest of some runs, since whatever else runs only makes them slower. */
async function fastestMs(run: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const begin = performance.now();
    await run();
    best = Math.min(best, performance.now() - begin);
  }
  return best;
}

/** The checks of one object with 14 measures over an export in Parquet, beside one statement that was written by hand. */
export async function benchQuality(words: readonly string[]): Promise<readonly Figure[]> {
  const rows = rowsOf(words);
  using folder = createTemporaryFolder();
  const path = (name: string): string => join(folder.path, name);
  await runDuckdb(`COPY (${contacts(rows)}) TO '${path('contacts.parquet')}' (FORMAT parquet);
    COPY (SELECT 1 + i AS id FROM range(1000) AS counted(i)) TO '${path('accounts.parquet')}' (FORMAT parquet)`);
  const exports = { contacts: path('contacts.parquet'), accounts: path('accounts.parquet') };
  const fields = Object.fromEntries(FIELDS.map((field) => [field, field]));
  const connector = connectorOf({
    platform: 'sql',
    database: { engine: 'duckdb', exports },
    objects: { contact: { table: 'contacts', fields }, account: { table: 'accounts', fields: {} } },
  });
  const clock = createSystemClock();
  const { signal } = new AbortController();
  const checks = checksOf();
  const ours = await fastestMs(async () => {
    const report = await measureQuality(checks, {
      connector,
      clock,
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    if (report.failure !== undefined) throw new Error(JSON.stringify(report.failure));
    if (report.measured.some(({ value }) => !value.known)) throw new Error('something is unknown');
  });
  const tables = Object.entries(exports).map(
    ([table, files]) => ({ table, files, format: 'parquet' }) as const,
  );
  const reader = openSqlReader({ engine: 'duckdb', exports: tables }, { clock });
  const text = byHand(clock.now() - STALE_AFTER_DAYS * 86_400_000);
  const hand = await fastestMs(async () => reader.query(text, [], { timeoutMs: TIMEOUT_MS }));
  const about = `${rows.toLocaleString('en-US')} contacts in Parquet, 14 measures`;
  return [
    { name: `${about}: ours`, value: ours, unit: 'ms' },
    { name: `${about}: one statement of DuckDB by hand`, value: hand, unit: 'ms' },
    { name: `${about}: ours to that`, value: ours / hand, unit: 'times' },
    { name: 'resident memory of the process', value: process.memoryUsage().rss / 1e6, unit: 'MB' },
  ];
}

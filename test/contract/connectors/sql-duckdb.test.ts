import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { measureQuality, qualityChecksDecoder } from '../../../src/exporter/quality/quality.ts';
import { createSystemClock, decode } from '../../../src/std/std.ts';
import { SqlReaderError, openSqlReader } from '../../../src/store/store.ts';
import { connectorOf } from '../../support/connector-support.ts';
import { runDuckdb } from '../../support/duckdb.ts';
import { CALL, CONNECTION, SCHEMA, describeEngine, expectCounts } from './sql-engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'crmwatch-duckdb-'));
const file = join(folder, 'crm.duckdb');
const inFolder = (name: string): string => join(folder, name);
const TABLES = ['accounts', 'contacts', 'priced', 'large', 'logins'] as const;
const NO_NUMBERS = ["SELECT 'NaN'::double", "SELECT 'Infinity'::double"];

beforeAll(async () => {
  await runDuckdb(SCHEMA.replaceAll('TIME_TYPE', 'timestamp'), file);
});
afterAll(() => rmSync(folder, { recursive: true }));

const connect = (database: object, more: object = CONNECTION): Connector =>
  connectorOf({ platform: 'sql', ...more, database: { engine: 'duckdb', ...database } });

const unavailable = { failure: { reason: 'database_unavailable' } };

describe('sql on a DuckDB file', () => {
  let connector: Connector;
  beforeAll(() => {
    connector = connect({ file });
  });

  describeEngine(
    'duckdb',
    () => connector,
    (queries) => connect({ file }, { queries }),
    NO_NUMBERS,
  );

  it('calls a file that is missing, none of DuckDB, or written by another process an unavailable database', async () => {
    expect(await connect({ file: inFolder('nowhere') }).ping?.(CALL)).toMatchObject(unavailable);
    writeFileSync(inFolder('text.duckdb'), 'no database at all'.repeat(1000));
    expect(await connect({ file: inFolder('text.duckdb') }).ping?.(CALL)).toMatchObject(
      unavailable,
    );
    const held = inFolder('held.duckdb');
    const hold = `const { DuckDBInstance } = await import('@duckdb/node-api');
      const instance = await DuckDBInstance.create(process.argv[1]);
      console.log('held'); process.stdin.resume();`;
    const words = ['--input-type=module', '-e', hold, held];
    const writer = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      await once(writer.stdout, 'data');
      expect(await connect({ file: held }).ping?.(CALL)).toMatchObject(unavailable);
    } finally {
      writer.kill();
      await once(writer, 'close');
    }
    expect(await connect({ file: held }).ping?.(CALL)).toMatchObject({ ok: true });
  });

  it('keeps no lock on the file, which may be replaced meanwhile', async () => {
    const moving = inFolder('moving.duckdb');
    const rows = async (reader: Connector): Promise<unknown> =>
      reader.aggregate?.(CALL, 'accounts', [{ kind: 'rows' }]);
    await runDuckdb('CREATE TABLE accounts (id integer, name text)', moving);
    const reader = connect({ file: moving });
    expect(await rows(reader)).toMatchObject({ value: [{ value: 0 }] });
    await runDuckdb("INSERT INTO accounts VALUES (1, 'A')", moving);
    expect(await rows(reader)).toMatchObject({ value: [{ value: 1 }] });
  });

  it('reads no value of a type that rows do not have', async () => {
    const odd = inFolder('odd.duckdb');
    await runDuckdb(
      `CREATE TABLE odd AS SELECT 1 AS id, TIMESTAMP '2026-01-05 09:00:00.250' AS at, 12.50::decimal(10, 2) AS price,
         'x'::blob AS raw, 9007199254740991::bigint AS big, true AS flag, [1, 2] AS list, {'a': 1} AS part,
         DATE '2026-01-05' AS day, 170141183460469231731687303715884105727::hugeint AS huge`,
      odd,
    );
    const columns = ['at', 'price', 'raw', 'big', 'flag', 'list', 'part', 'day', 'huge'];
    const fields = Object.fromEntries(columns.map((column) => [column, column]));
    const reader = connect({ file: odd }, { objects: { odd: { table: 'odd', fields } } });
    const seen: unknown[] = [];
    await reader.scan?.(CALL, 'odd', columns, (page) => seen.push(...page) > 0);
    expect(seen).toEqual([
      {
        at: '2026-01-05T09:00:00.250Z',
        price: 12.5,
        raw: null,
        big: 9007199254740991,
        flag: true,
        list: null,
        part: null,
        day: '2026-01-05T00:00:00.000Z',
        huge: '170141183460469231731687303715884105727',
      },
    ]);
  });

  it('takes for empty, for the same and for allowed what a scan does, whatever texts begin and end with', async () => {
    const letters = [' ', '\t', '\u00A0', '\u0001', '!', 'a', '~', '\u007F', '\u0080', 'é', 'A'];
    const texts = ['', ...letters, ...letters.flatMap((one) => letters.map((two) => one + two))];
    const rows = texts.map((text, id) => `(${id}, '${text.replaceAll("'", "''")}')`);
    const many = inFolder('texts.duckdb');
    await runDuckdb(
      `CREATE TABLE texts (id integer, text varchar); INSERT INTO texts VALUES ${rows.join(', ')}`,
      many,
    );
    const reader = connect(
      { file: many },
      { objects: { texts: { table: 'texts', fields: { text: 'text' } } } },
    );
    const { aggregate, ...scanning } = reader;
    expect(aggregate).toBeDefined();
    const decoded = decode.run(qualityChecksDecoder, {
      objects: {
        texts: {
          completeness: { fields: ['text'] },
          duplicates: { keys: [['text']] },
          picklists: { text: ['a', 'éa', '~!'] },
        },
      },
    });
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.problems));
    const clock = createSystemClock();
    const { signal } = new AbortController();
    const context = { clock, timeoutMs: 20_000, signal };
    const pushed = await measureQuality(decoded.value, { connector: reader, ...context });
    const scanned = await measureQuality(decoded.value, { connector: scanning, ...context });
    expect(pushed).toEqual(scanned);
    expect(pushed.measured).toHaveLength(4);
  });

  it('ends a query at its deadline, and goes on with the next one', async () => {
    const slow = connect(
      { file },
      {
        ...CONNECTION,
        queries: {
          jobs_pending:
            'SELECT count(*) FROM range(1000000000) AS a, range(1000) AS b WHERE a.range * b.range % 7 = 3',
        },
      },
    );
    expect(await slow.jobs?.({ timeoutMs: 300 }, 0)).toMatchObject({
      failure: { reason: 'timeout' },
    });
    const aborted = AbortSignal.abort();
    expect(await slow.login?.({ timeoutMs: 5000, signal: aborted })).toMatchObject({
      failure: { reason: 'timeout' },
    });
    const counted = await slow.aggregate?.(CALL, 'accounts', [{ kind: 'rows' }]);
    expect(counted).toMatchObject({ value: [{ value: 2 }] });
  });
});

describe.each([
  ['parquet', '(FORMAT parquet)'],
  ['csv', '(FORMAT csv, HEADER true)'],
  ['csv.gz', '(FORMAT csv, HEADER true, COMPRESSION gzip)'],
  ['json', '(FORMAT json, ARRAY true)'],
  ['ndjson', '(FORMAT json)'],
])('sql on files exported as %s', (ending, format) => {
  const pathOf = (table: string): string => `${table}.${ending}`;
  const exports = Object.fromEntries(TABLES.map((table) => [table, pathOf(table)]));
  beforeAll(async () => {
    const copies = TABLES.map(
      (table) => `COPY ${table} TO '${inFolder(pathOf(table))}' ${format};`,
    );
    await runDuckdb(`${SCHEMA.replaceAll('TIME_TYPE', 'timestamp')} ${copies.join('\n')}`);
  });
  const whole = (): object =>
    Object.fromEntries(Object.entries(exports).map(([table, path]) => [table, inFolder(path)]));

  it('computes what the engines of servers do', async () => {
    const connector = connect({ exports: whole() });
    await expectCounts(connector);
    const emails: unknown[] = [];
    await connector.scan?.(
      CALL,
      'contacts',
      ['email'],
      (rows) => emails.push(...rows.map(({ email }) => email)) > 0,
    );
    expect(emails).toEqual(['a@example.com', ' A@example.com ', null, '  ']);
    const undated = [
      { kind: 'older_than', field: 'changed', before: '2025-01-01T00:00:00.000Z' },
    ] as const;
    expect(await connector.aggregate?.(CALL, 'undated', undated)).toMatchObject({
      value: [{ known: false, reason: 'not_configured' }],
    });
    expect(await connector.aggregate?.(CALL, 'gone', [{ kind: 'rows' }])).toMatchObject({
      failure: { reason: 'not_found' },
    });
    expect(
      await connector.aggregate?.(CALL, 'moved', [{ kind: 'missing', field: 'name' }]),
    ).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });
});

describe('sql on exported files', () => {
  const contacts = { contacts: { table: 'contacts', fields: { phone: 'phone', email: 'email' } } };
  const rows = [{ kind: 'rows' } as const];

  it('takes all files that a pattern means for one table, and keeps the zeros of numbers', async () => {
    writeFileSync(inFolder('part-1.csv'), 'id,phone\n1,0301234567\n2,\n');
    writeFileSync(inFolder('part-2.csv'), 'id,phone,email\n3,+49301234567,a@example.com\n');
    const connector = connect(
      { exports: { contacts: inFolder('part-*.csv') } },
      { objects: contacts },
    );
    const seen: unknown[] = [];
    await connector.scan?.(CALL, 'contacts', ['phone', 'email'], (page) => seen.push(...page) > 0);
    expect(seen).toEqual([
      { phone: '0301234567', email: null },
      { phone: null, email: null },
      { phone: '+49301234567', email: 'a@example.com' },
    ]);
  });

  it('says which files are not there, and nothing of what stands in those that cannot be read', async () => {
    const lost = connect({ exports: { contacts: inFolder('never-*.csv') } }, { objects: contacts });
    expect(await lost.aggregate?.(CALL, 'contacts', rows)).toMatchObject({
      failure: { reason: 'database_unavailable', detail: expect.stringContaining('never-*.csv') },
    });
    writeFileSync(inFolder('broken.csv'), 'id,phone\n1,030\n2,"s3cret@example.com\n3,4,5,6\n');
    writeFileSync(inFolder('latin.csv'), Buffer.from('id,phone\n1,M\xfcller s3cret\n', 'latin1'));
    writeFileSync(inFolder('broken.parquet'), 'PAR1 s3cret');
    writeFileSync(inFolder('broken.json'), '[{"id": 1, "phone": "s3cret"');
    for (const name of ['broken.csv', 'latin.csv', 'broken.parquet', 'broken.json']) {
      const connector = connect({ exports: { contacts: inFolder(name) } }, { objects: contacts });
      const outcome = await connector.aggregate?.(CALL, 'contacts', [
        { kind: 'missing', field: 'phone' },
      ]);
      expect(outcome, name).toMatchObject({
        ok: false,
        failure: {
          reason: expect.stringMatching(/^(bad_payload|database_unavailable|schema_changed)$/),
        },
      });
      expect(JSON.stringify(outcome), name).not.toContain('s3cret');
    }
  });

  it.each([
    "SELECT count(*) FROM read_text('/etc/passwd')",
    "SELECT count(*) FROM read_csv('OTHER')",
    "WITH one AS (SELECT * FROM read_csv('OTHER')) SELECT count(*) FROM one",
    "COPY (SELECT 1) TO 'NEW'",
    "COPY (SELECT 1) TO 'OWN'",
    "EXPORT DATABASE 'NEW'",
    "ATTACH 'NEW'",
    'CREATE TABLE added (i integer)',
    'SET enable_external_access = true',
    'RESET lock_configuration',
    'INSTALL httpfs',
    'LOAD httpfs',
    'PRAGMA enable_profiling',
    'SELECT 1; SELECT 2',
    "EXPLAIN ANALYZE COPY (SELECT 1) TO 'OWN'",
    '',
  ])('reads what is named and nothing else, and writes nothing: %j', async (statement) => {
    const [own, other, fresh] = ['own.csv', 'other.csv', 'new'].map(inFolder);
    for (const path of [own, other]) writeFileSync(String(path), 'id\n1\n');
    const table = { table: 'own', files: String(own), format: 'csv' } as const;
    const reader = openSqlReader(
      { engine: 'duckdb', exports: [table] },
      { clock: createSystemClock() },
    );
    const text = statement
      .replace('OTHER', String(other))
      .replace('OWN', String(own))
      .replace('NEW', String(fresh));
    await expect(reader.query(text, [], CALL)).rejects.toBeInstanceOf(SqlReaderError);
    expect(readFileSync(String(own), 'utf8')).toBe('id\n1\n');
    expect(existsSync(String(fresh))).toBe(false);
    expect(await reader.query('SELECT count(*) AS n FROM own', [], CALL)).toEqual([{ n: 1 }]);
  });

  it('refuses what it cannot read, naming the place and the remedy', () => {
    expect(() => connect({})).toThrow('add file, or exports with a table');
    expect(() => connect({ exports: { contacts: 'contacts.xlsx' } })).toThrow('.parquet');
    expect(() => connect({ exports: { 'a"b': 'contacts.csv' } })).toThrow('table name');
  });
});

import { expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';

export const CALL = { timeoutMs: 5000 };
export const SCHEMA = `
  CREATE TABLE accounts (id integer PRIMARY KEY, name text);
  CREATE TABLE contacts (id integer PRIMARY KEY, account_id integer, email text, "Last Name" text, changed TIME_TYPE);
  INSERT INTO accounts VALUES (1, 'A'), (2, 'B');
  INSERT INTO contacts VALUES
    (1, 1, 'a@example.com', 'Ada', '2026-01-01 10:00:00'),
    (2, 2, ' A@example.com ', 'Bob', '2020-01-01 10:00:00'),
    (3, 9, NULL, 'Cyd', '2026-01-02 10:00:00'),
    (4, NULL, '  ', 'Dee', NULL);
  CREATE TABLE priced (id integer PRIMARY KEY, "a$1" text, changed TIME_TYPE);
  INSERT INTO priced VALUES (1, 'x', '2020-01-01 10:00:00'), (2, NULL, '2020-01-01 10:00:00');
  CREATE TABLE large (id bigint PRIMARY KEY);
  INSERT INTO large VALUES (7), (9007199254740993), (9007199254740994);
  CREATE TABLE logins (happened_at TIME_TYPE, ok integer);
  INSERT INTO logins VALUES ('2026-01-05 09:00:00', 0), ('2026-01-05 08:00:00', 0), ('2026-01-05 09:00:01', 1);`;

export const CONNECTION = {
  platform: 'sql',
  objects: {
    accounts: { table: 'accounts', fields: { name: 'name' } },
    contacts: {
      table: 'contacts',
      fields: { email: 'email', account: 'account_id', changed: 'changed' },
    },
    priced: { table: 'priced', fields: { price: 'a$1', changed: 'changed' } },
    large: { table: 'large', fields: { id: 'id' } },
    undated: { table: 'contacts', fields: { changed: 'account_id' } },
    gone: { table: 'gone', fields: { name: 'name' } },
    moved: { table: 'accounts', fields: { name: 'vanished' } },
  },
  queries: {
    failed_logins: 'SELECT count(*) FROM logins WHERE ok = 0 AND happened_at >= {since}',
    jobs_pending: 'SELECT 3',
    oldest_pending_job_age: 'SELECT 1 WHERE 1 = 0',
    active_users: 'SELECT count(*) FROM accounts',
    locked_users: 'SELECT 0',
  },
};

/** What every engine counts of the contacts. */
export async function expectCounts(connector: Connector): Promise<void> {
  const outcome = await connector.aggregate?.(CALL, 'contacts', [
    { kind: 'duplicates', key: ['email'] },
    { kind: 'rows' },
    { kind: 'missing', field: 'email' },
    { kind: 'keyed', key: ['email'] },
    { kind: 'older_than', field: 'changed', before: '2025-01-01T00:00:00.000Z' },
    { kind: 'orphans', field: 'account', object: 'accounts' },
    // Letter by letter, without what is around: the second has another case.
    { kind: 'outside', field: 'email', values: ['A@example.com', "it's", '$1'] },
  ]);
  const values =
    outcome?.ok === true ? outcome.value.map((each) => each.known && each.value) : outcome;
  expect(values).toEqual([1, 4, 2, 2, 1, 1, 1]);
}

/** All engines give the same answers. `open` connects with other queries; `special` are numbers that are none. */
export function describeEngine(
  name: string,
  get: () => Connector,
  open: (queries: object) => Connector,
  special: readonly string[] = [],
): void {
  it(`${name}: pushes every aggregate down and answers in order`, async () => {
    await expectCounts(get());
  });

  it(`${name}: scans, counts logins and jobs, names its version`, async () => {
    const connector = get();
    const emails: unknown[] = [];
    const scan = await connector.scan?.(CALL, 'contacts', ['email'], (rows) => {
      emails.push(...rows.map((row) => row['email']));
      return true;
    });
    expect(scan).toEqual({ ok: true, value: { complete: true } });
    expect(emails).toEqual(['a@example.com', ' A@example.com ', null, '  ']);
    const since = Date.UTC(2026, 0, 5, 8, 30);
    expect(await connector.logins?.(CALL, since)).toMatchObject({
      value: { failed: { value: 1 } },
    });
    expect(await connector.jobs?.(CALL, 0)).toMatchObject({
      value: {
        byState: { pending: { value: 3 }, failed: { known: false, reason: 'not_configured' } },
        oldestPendingAgeSeconds: { value: 0 },
      },
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        lockedUsers: { value: 0 },
        inactiveUsers: { known: false, reason: 'not_configured' },
      },
    });
    for (const method of ['ping', 'login', 'latency'] as const) {
      expect(await connector[method]?.(CALL), method).toMatchObject({ ok: true });
    }
  });

  it(`${name}: takes a name for a name, whatever it looks like`, async () => {
    const before = '2025-01-01T00:00:00.000Z';
    const outcome = await get().aggregate?.(CALL, 'priced', [
      { kind: 'missing', field: 'price' },
      { kind: 'older_than', field: 'changed', before },
    ]);
    expect(outcome).toMatchObject({ value: [{ value: 1 }, { value: 2 }] });
  });

  it(`${name}: tells identifiers apart that a number of JavaScript cannot`, async () => {
    const seen: unknown[] = [];
    await get().scan?.(CALL, 'large', ['id'], (rows) => seen.push(...rows.map(({ id }) => id)) > 0);
    expect(seen).toEqual([7, '9007199254740993', '9007199254740994']);
  });

  it(`${name}: says of a column without times neither that it is old nor that it is not`, async () => {
    const before = '2025-01-01T00:00:00.000Z';
    const asked = [{ kind: 'older_than', field: 'changed', before }] as const;
    const outcome = await get().aggregate?.(CALL, 'undated', asked);
    if (outcome?.ok === false) expect(outcome.failure.reason).toBe('schema_changed');
    else expect(outcome).toMatchObject({ value: [{ known: false, reason: 'not_configured' }] });
  });

  it(`${name}: takes a number for one when it is the only one`, async () => {
    const wrong = { failure: { reason: 'schema_changed' } };
    for (const query of ['SELECT ok FROM logins', "SELECT 'many'", 'SELECT -1', ...special]) {
      const other = open({ jobs_pending: query });
      expect(await other.jobs?.(CALL, 0), query).toMatchObject(wrong);
      await other.close();
    }
    const quoted = open({
      failed_logins: "SELECT count(*) FROM logins WHERE ok = 0 AND happened_at >= '{since}'",
    });
    expect(await quoted.logins?.(CALL, 0)).toMatchObject(wrong);
    await quoted.close();
    const second = open({ second_factor_users: 'SELECT 2' });
    expect(await second.accounts?.(CALL)).toMatchObject({
      value: { secondFactorUsers: { value: 2 } },
    });
    await second.close();
  });

  it(`${name}: tells a missing table, a missing column and a missing object apart`, async () => {
    const rows = [{ kind: 'missing', field: 'name' } as const];
    const reasons = [];
    for (const object of ['gone', 'moved', 'unheard']) {
      const outcome = await get().aggregate?.(CALL, object, rows);
      reasons.push(outcome?.ok === false ? outcome.failure.reason : outcome);
    }
    expect(reasons).toEqual(['not_found', 'schema_changed', 'not_found']);
  });
}

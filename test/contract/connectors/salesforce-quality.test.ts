import { describe, expect, it } from 'vitest';

import type { Aggregate, Connector } from '../../../src/exporter/connectors/connectors.ts';
import { connectorOf } from '../../support/connector-support.ts';
import type { FaultServer } from '../../support/fault-server.ts';
import { ORGANIZATION, idOf } from '../../support/salesforce-organization.ts';
import { respondAs } from '../../support/salesforce-server.ts';
import type { Organization } from '../../support/salesforce-server.ts';
import { clientOf } from '../../support/salesforce-target.ts';
import { createTargets } from '../../support/targets.ts';
import type { Target } from '../../support/targets.ts';

const CALL = { timeoutMs: 10_000 };
const CONTACT_FIELDS = {
  id: 'Id',
  email: 'Email',
  phone: 'Phone',
  account: 'AccountId',
  notes: 'Description',
  updated_at: 'LastModifiedDate',
  gone: 'Gone__c',
};
const OBJECTS = {
  contacts: { entity: 'Contact', fields: CONTACT_FIELDS },
  leads: { entity: 'Lead', fields: { id: 'Id', email: 'Email' } },
  opportunities: { entity: 'Opportunity', fields: { close_date: 'CloseDate' } },
};

const startTarget = createTargets();

function target(
  tables: Organization['tables'] = {},
  objects: object = OBJECTS,
  recordOf?: (soql: string) => object,
): Promise<Target> {
  const respond = respondAs({ ...ORGANIZATION, tables: { ...ORGANIZATION.tables, ...tables } });
  return startTarget({
    respond(request) {
      const soql = new URL(request.path, 'http://crm.test').searchParams.get('q');
      if (recordOf === undefined || soql === null) return respond(request);
      return { body: { totalSize: 1, done: true, records: [recordOf(soql)] } };
    },
    connection: { platform: 'salesforce', authentication: clientOf('key'), objects },
    secrets: { SECRET: 's3cret' },
  });
}

const queriesOf = (server: FaultServer): readonly string[] =>
  server.seen
    .filter(({ path }) => path.includes('/query?'))
    .map(({ path }) => new URL(path, 'http://crm.test').searchParams.get('q') ?? '');

/** The numbers that are known, and why the others are not. */
async function count(
  connector: Connector,
  object: string,
  aggregates: readonly Aggregate[],
): Promise<unknown> {
  const outcome = await connector.aggregate?.(CALL, object, aggregates);
  if (outcome?.ok !== true) return outcome;
  return outcome.value.map((value) => (value.known ? value.value : value.reason));
}

describe('salesforce: counts', () => {
  it('answers the completeness of 20 fields with one call', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `Field${index}__c`);
    const record = Object.fromEntries(names.map((name, index) => [name, index < 5 ? null : 'x']));
    const fields = Object.fromEntries(names.map((name, index) => [`f${index}`, name]));
    const [connector, server] = await target(
      { Contact: [{ Id: idOf('003', 1), ...record }] },
      { contacts: { entity: 'Contact', fields } },
    );
    const missing = Object.keys(fields).map((field) => ({ kind: 'missing', field }) as const);
    const expected = [1, ...names.map((_, index) => (index < 5 ? 1 : 0))];
    expect(await count(connector, 'contacts', [{ kind: 'rows' }, ...missing])).toEqual(expected);
    expect(queriesOf(server)).toHaveLength(1);
  });

  it('splits a query that an address could not hold', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `${'Long'.repeat(20)}${index}__c`);
    const record = Object.fromEntries(names.map((name) => [name, 'x']));
    const fields = Object.fromEntries(names.map((name, index) => [`f${index}`, name]));
    const [connector, server] = await target(
      { Contact: [{ Id: idOf('003', 1), ...record }] },
      { contacts: { entity: 'Contact', fields } },
    );
    const missing = Object.keys(fields).map((field) => ({ kind: 'missing', field }) as const);
    expect(await count(connector, 'contacts', missing)).toEqual(names.map(() => 0));
    expect(queriesOf(server)).toHaveLength(3);
    for (const { path } of server.seen) expect(path.length).toBeLessThan(12_100);
  });

  it('counts filled values beside the records that they were counted with', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `${'Long'.repeat(20)}${index}__c`);
    const fields = Object.fromEntries(names.map((name, index) => [`f${index}`, name]));
    const objects = { contacts: { entity: 'Contact', fields } };
    const [connector, server] = await target({}, objects, (soql) => {
      // Records come between the parts of the question.
      const rows = server.seen.length;
      const aliases = soql.match(/\ba\d+\b/g) ?? [];
      return Object.fromEntries(aliases.map((alias) => [alias, alias === 'a0' ? rows : 1]));
    });
    const keyed = Object.keys(fields).map((field) => ({ kind: 'keyed', key: [field] }) as const);
    expect(await count(connector, 'contacts', keyed)).toEqual(names.map(() => 1));
  });

  it('pushes down what SOQL can answer, in the order asked', async () => {
    const [connector, server] = await target();
    const before = '2026-01-01T00:00:00.000Z';
    expect(
      await count(connector, 'contacts', [
        { kind: 'duplicates', key: ['phone'] },
        { kind: 'keyed', key: ['phone'] },
        { kind: 'keyed', key: ['email', 'phone'] },
        { kind: 'older_than', field: 'updated_at', before },
        { kind: 'rows' },
        { kind: 'missing', field: 'email' },
        { kind: 'orphans', field: 'account', object: 'contacts' },
      ]),
    ).toEqual([1, 2, 1, 2, 3, 1, 'not_supported']);
    // Records, e-mail and the key of one field together; duplicates, the key of two, and age.
    expect(queriesOf(server)).toHaveLength(4);
    // No value leaves Salesforce.
    expect(queriesOf(server).filter((soql) => !soql.startsWith('SELECT COUNT('))).toEqual([]);
  });

  it('counts one thing without asking for another', async () => {
    const [connector, server] = await target();
    const duplicates = [{ kind: 'duplicates', key: ['email', 'phone'] }] as const;
    expect(await count(connector, 'contacts', duplicates)).toEqual([0]);
    expect(queriesOf(server)).toHaveLength(1);
  });

  it('compares a field of days with days, and remembers that it is one', async () => {
    const [connector, server] = await target();
    const older = (before: string): Promise<unknown> =>
      count(connector, 'opportunities', [{ kind: 'older_than', field: 'close_date', before }]);
    expect(await older('2025-06-02T00:00:00.000Z')).toEqual([1]);
    expect(queriesOf(server)).toHaveLength(2);
    expect(await older('2025-06-02T00:00:00.001Z')).toEqual([2]);
    expect(queriesOf(server)).toHaveLength(3);
  });

  it('leaves to the scan what the type of a field does not allow', async () => {
    const [connector, server] = await target();
    const aggregates: readonly Aggregate[] = [
      { kind: 'rows' },
      { kind: 'missing', field: 'email' },
      { kind: 'missing', field: 'notes' },
    ];
    const wanted = [3, 'not_supported', 'not_supported'];
    expect(await count(connector, 'contacts', aggregates)).toEqual(wanted);
    expect(queriesOf(server)).toHaveLength(2);
    expect(
      await count(connector, 'contacts', [
        { kind: 'duplicates', key: ['notes'] },
        { kind: 'keyed', key: ['notes', 'email'] },
        { kind: 'rows' },
      ]),
    ).toEqual(['not_supported', 'not_supported', 3]);
  });

  it('does not count repeated values when there are more than one answer holds', async () => {
    const pair = (index: number): readonly object[] =>
      [0, 1].map((half) => ({ Id: idOf('003', 2 * index + half), Email: `${index}@example.com` }));
    const contacts = (size: number): readonly Readonly<Record<string, unknown>>[] =>
      Array.from({ length: size }, (_, index) => pair(index)).flat() as Record<string, unknown>[];
    const aggregates = [{ kind: 'duplicates', key: ['email'] }] as const;
    const [few] = await target({ Contact: contacts(1999) });
    expect(await count(few, 'contacts', aggregates)).toEqual([1999]);
    const [many] = await target({ Contact: contacts(2000) });
    expect(await count(many, 'contacts', aggregates)).toEqual(['too_large']);
  });
});

describe('salesforce: scans', () => {
  async function scan(
    connector: Connector,
    object: string,
    fields: readonly string[],
    goesOn: () => boolean = () => true,
  ): Promise<{ readonly outcome: unknown; readonly rows: readonly unknown[] }> {
    const rows: unknown[] = [];
    const outcome = await connector.scan?.(CALL, object, fields, (page) => {
      rows.push(...page);
      return goesOn();
    });
    return { outcome, rows };
  }

  it('reads on after the last identifier, in pages of 2,000', async () => {
    const contacts = Array.from({ length: 4000 }, (_, index) => ({
      Id: idOf('003', index),
      Email: `${index}@example.com`,
    }));
    const [connector, server] = await target({ Contact: contacts });
    const { outcome, rows } = await scan(connector, 'contacts', ['email']);
    expect(outcome).toEqual({ ok: true, value: { complete: true } });
    expect(new Set(rows.map((row) => (row as { email: string }).email)).size).toBe(4000);
    expect(queriesOf(server)).toEqual([
      'SELECT Id, Email FROM Contact ORDER BY Id LIMIT 2000',
      `SELECT Id, Email FROM Contact WHERE Id > '${idOf('003', 1999)}' ORDER BY Id LIMIT 2000`,
      `SELECT Id, Email FROM Contact WHERE Id > '${idOf('003', 3999)}' ORDER BY Id LIMIT 2000`,
    ]);
  });

  it('reads on where Salesforce sends less than was asked for', async () => {
    const [connector, server] = await target();
    const { outcome, rows } = await scan(connector, 'leads', ['id']);
    expect(outcome).toEqual({ ok: true, value: { complete: true } });
    expect(rows).toHaveLength(7);
    expect(queriesOf(server)).toHaveLength(3);
  });

  it('ends when it is told to, and gives times as ISO 8601', async () => {
    const [connector, server] = await target();
    const part = await scan(connector, 'leads', ['id'], () => false);
    expect(part.outcome).toEqual({ ok: true, value: { complete: false } });
    expect(queriesOf(server)).toHaveLength(1);
    const { rows } = await scan(connector, 'contacts', ['updated_at', 'notes']);
    expect(rows[0]).toEqual({ updated_at: '2026-01-05T08:30:00.000Z', notes: 'x' });
  });

  it('says that a field is gone, which counting alone could not tell', async () => {
    const [connector] = await target();
    const missing = [{ kind: 'missing', field: 'gone' }] as const;
    expect(await count(connector, 'contacts', missing)).toEqual(['not_supported']);
    const { outcome } = await scan(connector, 'contacts', ['gone']);
    expect(outcome).toMatchObject({ ok: false, failure: { reason: 'schema_changed' } });
  });

  it('puts nothing into a query that is no identifier', async () => {
    const [connector] = await target({ Contact: [{ Id: "x' OR Id != '", Email: null }] });
    const { outcome } = await scan(connector, 'contacts', ['email']);
    expect(outcome).toMatchObject({ ok: false, failure: { reason: 'schema_changed' } });
  });

  it.each(['Contact WHERE', "a'b", 'a.b', 'a b', '1a', ''])(
    'takes no name such as "%s" from the configuration',
    (name) => {
      const base = {
        platform: 'salesforce',
        url: 'https://example.my.salesforce.com',
        authentication: { method: 'client_credentials', client_id: 'key', client_secret: { environment: 'SECRET' } },
      }; // prettier-ignore
      const entity = { contacts: { entity: name, fields: {} } };
      const field = { contacts: { entity: 'Contact', fields: { email: name } } };
      for (const objects of [entity, field]) {
        expect(() => connectorOf({ ...base, objects }, {})).toThrow('objects');
      }
      expect(() => connectorOf({ ...base, api_version: `62.0/${name}` }, {})).toThrow('version');
    },
  );
});

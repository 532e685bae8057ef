import { describe, expect, it } from 'vitest';

import type { Aggregate, Connector } from '../../../src/exporter/connectors/connectors.ts';
import { connectorOf, yamlOfDocument } from '../../support/connector-support.ts';
import {
  TOKEN_PATH,
  createResponder,
  refusal,
  respondToken,
} from '../../support/dataverse-server.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import type { Row } from '../../support/fetch-xml-support.ts';
import { createClosing, createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { describeWebConnector } from './contract.ts';

const CONNECTION = {
  platform: 'dataverse',
  tenant: 'contoso.example.com',
  authentication: {
    method: 'client_credentials',
    client_id: '00000000-0000-0000-0000-000000000001',
    client_secret: { environment: 'SECRET' },
  },
};
const SECRETS = { SECRET: 's3cret' };
const CALL = { timeoutMs: 5000 };
const NOW_MS = Date.UTC(2026, 0, 5, 9);

const respond = createResponder();

function create(url: string, authority: string): Connector {
  return connectorOf(
    { ...CONNECTION, url, authority: url, tls: { ca_file: 'ca.pem' } },
    { ...SECRETS, 'ca.pem': authority },
  );
}

const isData = ({ path }: SeenRequest): boolean => path.includes('/contacts?');
const always =
  (answer: GoodAnswer) =>
  (request: SeenRequest): GoodAnswer | undefined =>
    isData(request) ? answer : undefined;

describeWebConnector({
  name: 'dataverse',
  respond,
  create,
  object: 'contacts',
  field: 'email',
  values: ['a@example.com', null, 'c@example.com'],
  isReadOnly: ({ method, path }) => method === 'GET' || (method === 'POST' && path === TOKEN_PATH),
  isLogIn: ({ path }) => path === TOKEN_PATH,
  troubles: [
    {
      name: 'requests of five minutes are too many, however long it asks to wait',
      respond: always(refusal(429, '0x80072322', { 'retry-after': '300' })),
      expected: { scan: 'rate_limited', aggregate: 'rate_limited' },
    },
    {
      name: 'the role of the application user may not read a table',
      respond: always(refusal(403, '0x80040220')),
      expected: { scan: 'authorization', aggregate: 'authorization' },
    },
    {
      name: 'a table was removed',
      respond: always(refusal(404, '0x80060888')),
      expected: { scan: 'not_found', aggregate: 'not_found' },
    },
    {
      name: 'queries do not find a table',
      respond: always(refusal(400, '0x80041102')),
      expected: { aggregate: 'not_found' },
    },
    {
      name: 'a column was removed',
      respond: ({ path }) =>
        path.includes('fetchXml=') ? refusal(400, '0x80041103') : refusalOfScan(path),
      expected: { scan: 'schema_changed', aggregate: 'schema_changed' },
    },
    {
      name: 'totals are missing',
      respond: ({ path }) => (path.includes('fetchXml=') ? { body: { value: [{}] } } : undefined),
      expected: {
        aggregate: 'schema_changed',
        jobs: 'schema_changed',
        accounts: 'schema_changed',
        auditTrail: 'schema_changed',
        integrations: 'schema_changed',
        apiTokens: 'schema_changed',
      },
    },
    {
      name: 'there is no total at all',
      respond: ({ path }) =>
        path.includes('/contacts?fetchXml=') ? { body: { value: [] } } : undefined,
      expected: { aggregate: 'schema_changed' },
    },
    {
      name: 'nothing can be computed, into however small parts it is cut',
      respond: ({ path }) =>
        path.includes('fetchXml=') && path.includes('count')
          ? refusal(400, '0x8004E023')
          : undefined,
      expected: { aggregate: 'unknown', apiTokens: 'unknown' },
    },
    {
      name: 'the next page is on another server',
      respond: always({
        body: {
          value: [{ emailaddress1: 'a@example.com' }],
          '@odata.nextLink': 'https://elsewhere.example.com/api/data/v9.2/contacts?$skiptoken=1',
        },
      }),
      expected: { scan: 'schema_changed' },
    },
    {
      name: 'the client is not known',
      respond: ({ path }) =>
        path === TOKEN_PATH ? { status: 400, body: { error: 'unauthorized_client' } } : undefined,
      expected: { login: 'authentication', accounts: 'authentication', scan: 'authentication' },
    },
  ],
});

function refusalOfScan(path: string): GoodAnswer | undefined {
  return path.includes('/contacts?$select') ? refusal(400, '0x80060888') : undefined;
}

const closing = createClosing();
const startTarget = createTargets(closing);

const target = (changes: object = {}, answer: Respond = respond): Promise<Target> =>
  startTarget({
    respond: answer,
    connection: (url) => ({ ...CONNECTION, authority: url, ...changes }),
    secrets: SECRETS,
  });

const dataOf = (server: FaultServer): readonly SeenRequest[] =>
  server.seen.filter(({ path }) => path !== TOKEN_PATH);

function manyContacts(count: number): readonly Row[] {
  return Array.from({ length: count }, (_, index) => ({
    contactid: `c${index}`,
    emailaddress1: index % 4 === 0 ? null : `${index}@example.com`,
    createdon: new Date(Date.UTC(2025, 0, 1) + index * 60_000).toISOString().replace('.000', ''),
  }));
}

describe('dataverse', () => {
  it('takes a refusal of the API itself as an answer, and no other one', async () => {
    const [connector] = await target();
    expect(await connector.ping?.(CALL)).toMatchObject({
      ok: true,
      value: { version: { known: false, reason: 'not_supported' } },
    });
    const [proxied] = await target({}, () => ({
      status: 401,
      body: '',
      headers: { 'www-authenticate': 'Basic realm="proxy"', 'content-type': 'text/plain' },
    }));
    expect(await proxied.ping?.(CALL)).toMatchObject({
      ok: false,
      failure: { reason: 'authentication' },
    });
  });

  it('tells the jobs that are due, and who works with it and administers it', async () => {
    const [connector, server] = await target();
    expect(await connector.jobs?.(CALL, NOW_MS)).toEqual({
      ok: true,
      value: {
        byState: {
          pending: { known: true, value: 2 },
          running: { known: true, value: 2 },
          failed: { known: true, value: 1 },
        },
        oldestPendingAgeSeconds: { known: true, value: 3600 },
        failedSchedules: expect.objectContaining({ known: false, reason: 'not_supported' }),
      },
    });
    expect(dataOf(server)).toHaveLength(4);
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 4 },
        privilegedUsers: { value: 3 },
        secondFactorUsers: { known: false, reason: 'not_supported' },
      },
    });
    expect(dataOf(server)).toHaveLength(7);
  });

  it('asks twice when no job waits, and says so with zeros', async () => {
    const [connector, server] = await target({}, createResponder({ asyncoperations: [] }));
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: {
        byState: { pending: { value: 0 }, running: { value: 0 }, failed: { value: 0 } },
        oldestPendingAgeSeconds: { value: 0 },
      },
    });
    expect(dataOf(server)).toHaveLength(2);
  });

  it('has neither a quota nor log-ins', async () => {
    const [connector] = await target();
    expect([connector.limits, connector.logins]).toEqual([undefined, undefined]);
  });

  it('fetches one token for all probes, from the authority alone, and a new one to prove a log-in', async () => {
    const authority = await startFaultServer({ respond: respondToken });
    closing(authority);
    const [connector, server] = await target({ authority: authority.url });
    await Promise.all([connector.accounts?.(CALL), connector.jobs?.(CALL, NOW_MS)]);
    expect(authority.seen.map(({ path }) => path)).toEqual([TOKEN_PATH]);
    expect(await connector.login?.(CALL)).toMatchObject({ ok: true });
    expect(authority.seen).toHaveLength(2);
    expect(JSON.stringify(server.seen.map(({ body, path }) => [body, path]))).not.toContain(
      's3cret',
    );
  });

  it('counts 20 fields of lookups and values in one query, and more for filters', async () => {
    const fields = Object.fromEntries(
      Array.from({ length: 18 }, (_, index) => [`f${index}`, `cr1a2_f${index}`]),
    );
    const objects = {
      contacts: {
        entity: 'contact',
        entity_set: 'contacts',
        fields: {
          email: 'emailaddress1',
          account: '_parentcustomerid_value',
          updated_at: 'modifiedon',
          ...fields,
        },
      },
    };
    const [connector, server] = await target({ objects });
    const missing = ['email', 'account', ...Object.keys(fields)].map(
      (field) => ({ kind: 'missing', field }) as const,
    );
    const counted = await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }, ...missing]);
    expect(counted).toMatchObject({
      value: [
        { value: 3 },
        { value: 1 },
        { value: 1 },
        { value: 3 },
        ...missing.slice(3).map(() => ({ value: 3 })),
      ],
    });
    expect(dataOf(server).length).toBeLessThanOrEqual(2);
    const others: readonly Aggregate[] = [
      { kind: 'older_than', field: 'updated_at', before: '2025-06-02T00:00:00.000Z' },
      { kind: 'keyed', key: ['email'] },
      { kind: 'duplicates', key: ['email'] },
      { kind: 'orphans', field: 'account', object: 'contacts' },
    ];
    const notSupported = { known: false, reason: 'not_supported' };
    expect(await connector.aggregate?.(CALL, 'contacts', others)).toMatchObject({
      value: [{ value: 2 }, { value: 2 }, notSupported, notSupported],
    });
  });

  it('cuts a table that is too large by time of creation, and counts each record once', async () => {
    const contacts = [
      ...manyContacts(990),
      { contactid: 'x', emailaddress1: null, createdon: null },
    ];
    const [connector, server] = await target({}, createResponder({ contacts }, 100));
    const counted = await connector.aggregate?.(CALL, 'contacts', [
      { kind: 'rows' },
      { kind: 'missing', field: 'email' },
    ]);
    expect(counted).toEqual({
      ok: true,
      value: [
        { known: true, value: 991 },
        { known: true, value: 249 },
      ],
    });
    expect(dataOf(server).length).toBeLessThanOrEqual(64 + 3);
  });

  it('says too_large after 64 parts, and when too much was created in the same second', async () => {
    const tooLarge = { known: false, reason: 'too_large' };
    const rows = [{ kind: 'rows' }] as const;
    const [large, server] = await target({}, createResponder({ contacts: manyContacts(990) }, 5));
    expect(await large.aggregate?.(CALL, 'contacts', rows)).toMatchObject({ value: [tooLarge] });
    expect(dataOf(server)).toHaveLength(64 + 3);
    const at = { createdon: '2025-01-01T00:00:00Z', emailaddress1: null };
    const contacts = Array.from({ length: 20 }, (_, index) => ({ ...at, contactid: `c${index}` }));
    const [dense] = await target({}, createResponder({ contacts }, 5));
    expect(await dense.aggregate?.(CALL, 'contacts', rows)).toMatchObject({ value: [tooLarge] });
  });

  it('reads all pages of 1,000 records', async () => {
    const [connector, server] = await target({}, createResponder({ contacts: manyContacts(2500) }));
    const seen: unknown[] = [];
    const scan = await connector.scan?.(CALL, 'contacts', ['id', 'email'], (rows) => {
      seen.push(...rows.map(({ id }) => id));
      return true;
    });
    expect(scan).toEqual({ ok: true, value: { complete: true } });
    expect(new Set(seen).size).toBe(2500);
    expect(dataOf(server)).toHaveLength(3);
  });

  it('refuses names that could break out of a query', () => {
    for (const field of ["name'", 'name"/>', 'na me', '$filter', 'Name', '_name']) {
      const objects = { a: { entity: 'account', entity_set: 'accounts', fields: { field } } };
      expect(() => connectorWith({ objects })).toThrow('a name of the Web API');
    }
    expect(() => connectorWith({ tenant: '../common' })).toThrow('a tenant');
  });

  it('is configured by the example of its page', () => {
    const { connection } = yamlOfDocument('docs/connectors/dataverse.md') as { connection: object };
    expect(connectorOf(connection, {}).platform).toBe('dataverse');
  });
});

function connectorWith(changes: object): Connector {
  return connectorOf({ ...CONNECTION, url: 'https://x.crm4.dynamics.com', ...changes }, SECRETS);
}

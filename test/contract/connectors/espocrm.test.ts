import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { dump } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { connectorOf } from '../../support/connector-support.ts';
import { CONTACTS, ESPOCRM_SECRETS, respondAsEspocrm } from '../../support/fakes/espocrm.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import type { FaultServer } from '../../support/fault-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { describeWebConnector } from './contract.ts';
import { describeLive } from './live.ts';
import { WRONG_SECRET } from './live-target.ts';

const CONNECTION = {
  platform: 'espocrm',
  authentication: { method: 'api_key', key: { environment: 'KEY' } },
  security_authentication: {
    method: 'basic',
    user: 'admin',
    password: { environment: 'PASSWORD' },
  },
};
const CALL = { timeoutMs: 5000 };
const NOW_MS = Date.UTC(2026, 0, 5, 9);

describeWebConnector({
  name: 'espocrm',
  respond: (request) => respondAsEspocrm(request),
  create: (url, authority) =>
    connectorOf(
      { ...CONNECTION, url, tls: { ca_file: 'ca.pem' } },
      { ...ESPOCRM_SECRETS, 'ca.pem': authority },
    ),
  object: 'contacts',
  field: 'email',
  values: ['a@example.com', null, 'c@example.com'],
  isReadOnly: ({ method }) => method === 'GET',
  troubles: [
    {
      name: 'an entity was removed',
      respond: ({ path }) => (path.includes('/Contact?') ? { status: 404, body: '' } : undefined),
      expected: { scan: 'not_found', aggregate: 'not_found' },
    },
    {
      name: 'a field was removed',
      respond: ({ path }) =>
        path.includes('/Contact?')
          ? { body: { total: 2, list: [{ id: '1' }, { id: '2' }] } }
          : undefined,
      expected: { scan: 'schema_changed' },
    },
    {
      name: 'counting is switched off for an entity',
      respond: ({ path }) =>
        path.includes('/Contact?') ? { body: { total: -1, list: CONTACTS } } : undefined,
      expected: { aggregate: 'unknown' },
    },
    {
      name: 'the administrator is none any more',
      respond: ({ path }) =>
        /\/(Account|Contact|App)\b/.test(path) ? undefined : { status: 403, body: '' },
      expected: {
        jobs: 'authorization',
        logins: 'authorization',
        accounts: 'authorization',
        auditTrail: 'authorization',
        apiTokens: 'authorization',
        integrations: 'authorization',
      },
    },
    {
      name: 'the settings are shown as to a stranger',
      respond: ({ path }) =>
        path.endsWith('/Settings') ? { body: { version: '9.1.0' } } : undefined,
      expected: { accounts: 'authorization', auditTrail: 'authorization' },
    },
  ],
});

const startTarget = createTargets();

const target = (
  changes: object = {},
  answer: Respond = (request) => respondAsEspocrm(request),
): Promise<Target> =>
  startTarget({
    respond: answer,
    connection: { ...CONNECTION, ...changes },
    secrets: ESPOCRM_SECRETS,
  });

describe('espocrm', () => {
  it('tells its version, the jobs that are due, denied log-ins and who is an administrator', async () => {
    const [connector] = await target();
    expect(await connector.ping?.(CALL)).toMatchObject({ value: { version: { value: '9.1.0' } } });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: {
        byState: { pending: { value: 2 }, running: { value: 0 }, failed: { value: 1 } },
        oldestPendingAgeSeconds: { value: 3600 },
      },
    });
    const sinceMs = NOW_MS - 3_600_000;
    expect(await connector.logins?.(CALL, sinceMs)).toMatchObject({
      value: { failed: { value: 1 } },
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        privilegedUsers: { value: 1 },
        secondFactorUsers: { value: 1 },
      },
    });
  });

  it('signs each request by HMAC', async () => {
    const hmac = { method: 'hmac', api_key: 'public', secret: { environment: 'KEY' } };
    const signed: unknown[] = [];
    const [connector] = await target({ authentication: hmac }, ({ headers, path }) => {
      if (path.endsWith('/Settings')) return { body: {} };
      signed.push(headers['x-hmac-authorization']);
      return { body: { total: 3, list: CONTACTS } };
    });
    expect(await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }])).toMatchObject({
      ok: true,
    });
    const hash = createHmac('sha256', 's3cret').update('GET /Contact').digest('hex');
    expect(signed).toEqual([Buffer.from(`public:${hash}`).toString('base64')]);
  });

  it('asks once for each of 20 fields, and once for the records', async () => {
    const fields = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`f${index}`, `cField${index}`]),
    );
    const objects = { contacts: { entity: 'Contact', fields } };
    const [connector, server] = await target({ objects }, () => ({ body: { total: 3, list: [] } }));
    const missing = Object.keys(fields).map((field) => ({ kind: 'missing', field }) as const);
    const counted = await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }, ...missing]);
    expect(counted).toMatchObject({ ok: true });
    expect(server.seen.length).toBeLessThanOrEqual(22);
  });

  it('refuses names that could break out of a path or a query', async () => {
    for (const object of [
      { entity: 'Contact/1/opportunities', fields: { a: 'name' } },
      { entity: 'Contact?x', fields: { a: 'name' } },
      { entity: 'Contact', fields: { a: 'account.name' } },
      { entity: 'Contact', fields: { a: 'SUM:(amount)' } },
      { entity: 'Contact', fields: { a: 'name,password' } },
    ]) {
      await expect(target({ objects: { x: object } })).rejects.toThrow('a name such as Contact');
    }
  });

  it('reads all pages of an object, although records come before those that were read', async () => {
    const many = Array.from({ length: 450 }, (_, index) => ({
      id: String(1000 + index),
      emailAddress: `${index}@example.com`,
    }));
    const [connector] = await target({}, ({ path }) => {
      const query = new URL(path, 'http://crm.test').searchParams;
      const after = query.get('where[0][value]') ?? '';
      const rest = many.filter(({ id }) => id > after);
      return { body: { total: rest.length, list: rest.slice(0, Number(query.get('maxSize'))) } };
    });
    const seen: unknown[] = [];
    const scan = await connector.scan?.(CALL, 'contacts', ['email'], (rows) => {
      seen.push(...rows.map(({ email }) => email));
      return true;
    });
    expect(scan).toEqual({ ok: true, value: { complete: true } });
    expect(new Set(seen).size).toBe(450);
  });
});

describe('espocrm as somebody has it', () => {
  const folder = createTemporaryFolder();
  const file = join(folder.path, 'target.yaml');
  const { authentication, security_authentication: security } = CONNECTION;
  let server: FaultServer;
  beforeAll(async () => {
    server = await startFaultServer({ respond: (request) => respondAsEspocrm(request) });
    // Those that the server has.
    const objects = {
      accounts: { entity: 'Account', fields: { name: 'name' } },
      contacts: { entity: 'Contact', fields: { email: 'emailAddress', phone: 'phoneNumber' } },
    };
    const connection = { platform: 'espocrm', url: server.url, authentication, objects };
    const all = { ...connection, security_authentication: security };
    writeFileSync(file, dump({ name: 'fake', connection: all }));
  });
  afterAll(async () => {
    await server.close();
    folder[Symbol.dispose]();
  });

  describeLive('in the live suite', {
    platform: 'espocrm',
    source: () => ({ file, environment: ESPOCRM_SECRETS }),
    triesWrongSecret: true,
    pauseMs: 0,
    onTable: (table) => expect(table).toMatch(/^count contacts +3 .*\nscan contacts +1 /m),
  });

  it('was tried once with a wrong secret', () => {
    const tried = server.seen.filter(({ headers }) => headers['x-api-key'] === WRONG_SECRET);
    expect(tried).toHaveLength(1);
  });
});

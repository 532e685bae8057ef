import { generateKeyPairSync, verify } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { connectorOf } from '../../support/connector-support.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { ORGANIZATION, idOf } from '../../support/salesforce-organization.ts';
import { TOKEN, refusal, respondAs } from '../../support/salesforce-server.ts';
import type { Organization } from '../../support/salesforce-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { describeWebConnector } from './contract.ts';
import type { Trouble } from './contract.ts';

const CONNECTION = {
  platform: 'salesforce',
  authentication: {
    method: 'client_credentials',
    client_id: 'key',
    client_secret: { environment: 'SECRET' },
  },
  objects: { contacts: { entity: 'Contact', fields: { email: 'Email', phone: 'Phone' } } },
};
const SECRETS = { SECRET: 's3cret' };
const CALL = { timeoutMs: 5000 };
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const LOG_IN = '/services/oauth2/token';

const respond = respondAs(ORGANIZATION);
const isQuery = ({ path }: SeenRequest): boolean => path.includes('/query?');

/** An error of the API in place of the answer to every query. */
const toQueries = (
  name: string,
  answer: GoodAnswer,
  reason: Trouble['expected'][string],
): Trouble => ({
  name,
  respond: (request) => (isQuery(request) ? answer : undefined),
  expected: { jobs: reason, logins: reason, accounts: reason, auditTrail: reason, apiTokens: reason, integrations: reason, aggregate: reason, scan: reason },
}); // prettier-ignore

describeWebConnector({
  name: 'salesforce',
  respond,
  create: (url, authority) =>
    connectorOf(
      { ...CONNECTION, url, tls: { ca_file: 'ca.pem' } },
      { ...SECRETS, 'ca.pem': authority },
    ),
  object: 'contacts',
  field: 'email',
  values: ['a@example.com', null, 'c@example.com'],
  isReadOnly: ({ method, path }) => method === 'GET' || path === LOG_IN,
  isLogIn: ({ path }) => path === LOG_IN,
  troubles: [
    {
      name: 'the allowance of the day is used up',
      respond: ({ path }) =>
        path.startsWith('/services/data/v')
          ? refusal(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')
          : undefined,
      expected: { login: 'quota_exhausted', limits: 'quota_exhausted', jobs: 'quota_exhausted', auditTrail: 'quota_exhausted', integrations: 'quota_exhausted', aggregate: 'quota_exhausted' },
    },
    toQueries('too many long requests run', refusal(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.'), 'rate_limited'),
    toQueries('the API is switched off for the user', refusal(403, 'API_CURRENTLY_DISABLED'), 'authorization'),
    toQueries('the API is switched off for the organization', refusal(403, 'API_DISABLED_FOR_ORG'), 'authorization'),
    toQueries('a query takes too long', refusal(400, 'QUERY_TIMEOUT'), 'timeout'),
    toQueries('Salesforce is busy', refusal(503, 'SERVER_UNAVAILABLE'), 'server_error'),
    toQueries('a session ends again and again', refusal(401, 'INVALID_SESSION_ID'), 'authentication'),
    {
      name: 'an object is gone, or not to be seen',
      respond: (request) => (isQuery(request) ? refusal(400, 'INVALID_TYPE') : undefined),
      expected: { scan: 'not_found', aggregate: 'not_found', jobs: 'authorization', logins: 'authorization', accounts: 'authorization', auditTrail: 'authorization', apiTokens: 'authorization', integrations: 'authorization' },
    },
    {
      name: 'a field is gone',
      respond: ({ path }) => (path.includes('Email') ? refusal(400, 'INVALID_FIELD') : undefined),
      expected: { scan: 'schema_changed' },
    },
    {
      name: 'the permission to see log-ins is gone',
      respond: ({ path }) =>
        path.includes('UserPermissionAccess')
          ? { body: { totalSize: 1, done: true, records: [{ PermissionsManageUsers: false, PermissionsMonitorLoginHistory: false }] } }
          : undefined,
      expected: { logins: 'unknown' },
    },
    {
      name: 'the permissions to see the set-up, tokens and bulk jobs are gone',
      respond: ({ path }) =>
        path.includes('UserPermissionAccess')
          ? { body: { totalSize: 1, done: true, records: [{ PermissionsViewSetup: false, PermissionsCustomizeApplication: false, PermissionsManageDataIntegrations: false }] } }
          : undefined,
      expected: { auditTrail: 'unknown', apiTokens: 'unknown', integrations: 'unknown' },
    },
    {
      name: 'it does not say how a list of jobs goes on',
      respond: ({ path }) =>
        path.includes('/jobs/ingest') ? { body: { done: false, records: [], nextRecordsUrl: 'https://elsewhere.test/services/data/v62.0/jobs/ingest?queryLocator=1' } } : undefined,
      expected: { integrations: 'schema_changed' },
    },
    {
      name: 'there are more groups than it answers',
      respond: ({ path }) =>
        path.includes('GROUP') ? { body: { totalSize: 0, done: false, records: [] } } : undefined,
      expected: { jobs: 'too_large', logins: 'too_large' },
    },
    {
      name: 'it lists no user, although it is asked by one',
      respond: ({ path }) =>
        path.includes('FROM+User+') ? { body: { totalSize: 0, done: true, records: [] } } : undefined,
      expected: { accounts: 'schema_changed' },
    },
    {
      name: 'the permission to see all users is gone',
      respond: ({ path }) =>
        path.includes('UserPermissionAccess')
          ? { body: { totalSize: 1, done: true, records: [{ PermissionsViewAllUsers: false }] } }
          : undefined,
      expected: { accounts: 'unknown' },
    },
    {
      name: 'it does not say whether an answer is whole',
      respond: (request) => (isQuery(request) ? { body: { totalSize: 0, records: [] } } : undefined),
      expected: { scan: 'schema_changed', jobs: 'schema_changed', accounts: 'schema_changed' },
    },
    {
      name: 'the retired version answers nothing any more',
      respond: ({ path }) => (path.startsWith('/services/data/v62.0') ? refusal(410, 'UNSUPPORTED_API_VERSION') : undefined),
      expected: { login: 'not_found', limits: 'not_found', integrations: 'not_found', scan: 'not_found' },
    },
  ],
}); // prettier-ignore

const startTarget = createTargets();

const target = (
  changes: object = {},
  answer: Respond = respond,
  secrets: Readonly<Record<string, string>> = SECRETS,
): Promise<Target> =>
  startTarget({ respond: answer, connection: { ...CONNECTION, ...changes }, secrets });

function organizationWith(tables: Organization['tables']): (request: SeenRequest) => GoodAnswer {
  return respondAs({ ...ORGANIZATION, tables: { ...ORGANIZATION.tables, ...tables } });
}

const callsTo = (server: FaultServer): number =>
  server.seen.filter(({ path }) => path !== LOG_IN).length;

describe('salesforce', () => {
  it('tells the newest version, and what to do when the configured one is gone', async () => {
    const [connector] = await target();
    expect(await connector.ping?.(CALL)).toMatchObject({ value: { version: { value: '63.0' } } });
    const [old, server] = await target({ api_version: '60.0' });
    const detail =
      'the API has no version 60.0 (any more): set api_version to one from 61.0 to 63.0';
    const outcome = await old.ping?.(CALL);
    expect(outcome).toMatchObject({ ok: false, failure: { reason: 'not_found', detail } });
    expect(outcome?.ok === false && outcome.phases?.http).toBeGreaterThan(0);
    expect(server.seen).toHaveLength(1);
  });

  it('calls a list of versions that is none a changed interface', async () => {
    const [connector] = await target({}, () => ({ body: {} }));
    expect(await connector.ping?.(CALL)).toMatchObject({ failure: { reason: 'schema_changed' } });
  });

  it('tells every limit and license that was bought, in two calls', async () => {
    const [connector, server] = await target();
    const expected = [
      { name: 'DailyApiRequests', limit: 15000, remaining: 14000 },
      { name: 'DataStorageMB', limit: 1024, remaining: 1000 },
      { name: 'UserLicense_SFDC', limit: 20, remaining: 8 },
    ];
    expect(await connector.limits?.(CALL)).toEqual({ ok: true, value: expected });
    expect(callsTo(server)).toBe(2);
  });

  it('bounds the names and the number of limits', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`Limit${index}`, { Max: 1, Remaining: 1 }]),
    );
    const limits = { 'a name': { Max: 1, Remaining: 1 }, half: { Max: 1 }, ...many };
    const [connector] = await target({}, respondAs({ ...ORGANIZATION, limits }));
    const outcome = await connector.limits?.(CALL);
    const names = outcome?.ok === true ? outcome.value.map(({ name }) => name) : [];
    expect(names).toHaveLength(200);
    expect(names[0]).toBe('Limit0');
  });

  it('tells jobs by their state in two calls, without schedules that wait and workers', async () => {
    const [connector, server] = await target();
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: {
        // Two that failed, a schedule that did, and a batch that went through although parts of it did not.
        byState: { pending: { value: 2 }, running: { value: 1 }, failed: { value: 4 } },
        oldestPendingAgeSeconds: { value: 3600 },
        failedSchedules: { value: 1 },
      },
    });
    expect(callsTo(server)).toBe(2);
    const [idle] = await target({}, organizationWith({ AsyncApexJob: [] }));
    expect(await idle.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { byState: { failed: { value: 0 } }, oldestPendingAgeSeconds: { value: 0 } },
    });
  });

  it('tells who is active, who may change everything, and who has a second factor', async () => {
    const [connector, server] = await target();
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        privilegedUsers: { value: 1 },
        secondFactorUsers: { value: 1 },
        inactiveUsers: { value: 1 },
        lockedUsers: { value: 1 },
      },
    });
    expect(callsTo(server)).toBe(6);
  });

  it('asks for the second factors of many users in parts that an address holds', async () => {
    const users = Array.from({ length: 2100 }, (_, index) => idOf('005', index));
    const [connector, server] = await target(
      {},
      organizationWith({
        User: users.map((Id) => ({ Id, IsActive: true, UserType: 'Standard', LastLoginDate: null })),
        TwoFactorMethodsInfo: users.map((UserId) => ({
          UserId, HasTotp: true, HasU2F: false, HasSecurityKey: false, HasBuiltInAuthenticator: false, HasSalesforceAuthenticator: false,
        })),
      }),
    ); // prettier-ignore
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: { value: 2100 }, secondFactorUsers: { value: 2100 } },
    });
    // What may be seen, two pages of users, the privileged, six parts, the inactive and the locked.
    expect(callsTo(server)).toBe(12);
  });

  it('knows the other accounts when who is locked is not shown', async () => {
    const [connector] = await target({}, (request) =>
      request.path.includes('UserLogin') ? refusal(400, 'INVALID_TYPE') : respond(request),
    );
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: { value: 2 }, lockedUsers: { known: false, reason: 'not_permitted' } },
    });
  });

  it.each([
    ['is not shown', refusal(400, 'INVALID_TYPE')],
    ['is refused', refusal(403, 'INSUFFICIENT_ACCESS')],
  ])('knows the other accounts when the second factor %s', async (_name, answer) => {
    const [connector] = await target({}, (request) =>
      request.path.includes('TwoFactorMethodsInfo') ? answer : respond(request),
    );
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        secondFactorUsers: { known: false, reason: 'not_permitted' },
      },
    });
  });

  it('opens a new session when the one before has ended', async () => {
    let ended = 0;
    const [connector, server] = await target({}, (request) =>
      request.path.includes('/limits') && ended++ === 0
        ? refusal(401, 'INVALID_SESSION_ID')
        : respond(request),
    );
    expect(await connector.limits?.(CALL)).toMatchObject({ ok: true });
    expect(server.seen.filter(({ path }) => path === LOG_IN)).toHaveLength(2);
  });
});

describe('salesforce with a private key', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const audience = 'https://login.salesforce.com';
  const authentication = {
    method: 'jwt_bearer',
    client_id: 'key',
    user: 'monitor@example.com',
    private_key: { file: 'key.pem' },
    audience,
  };

  /** As Salesforce does: the signature, who asks, for whom, and that it ends within three minutes. */
  function grants(form: URLSearchParams): boolean {
    const assertion = form.get('assertion') ?? '';
    const [head = '', body = '', signature = ''] = assertion.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as { exp: number };
    const leftSeconds = claims.exp - Date.now() / 1000;
    expect(claims).toMatchObject({ iss: 'key', sub: 'monitor@example.com', aud: audience });
    return (
      form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' &&
      leftSeconds > 0 &&
      leftSeconds <= 180 &&
      verify('RSA-SHA256', Buffer.from(`${head}.${body}`), publicKey, Buffer.from(signature, 'base64url'))
    ); // prettier-ignore
  }

  it('signs who it is', async () => {
    const answer = respondAs({ ...ORGANIZATION, grants });
    const [connector, server] = await target({ authentication }, answer, { 'key.pem': privateKey });
    expect(await connector.login?.(CALL)).toMatchObject({ ok: true });
    expect(server.seen.at(-1)?.headers['authorization']).toBe(`Bearer ${TOKEN}`);
  });

  it('says that another key is not accepted, without any of it', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const pem = other.export({ type: 'pkcs8', format: 'pem' });
    const answer = respondAs({ ...ORGANIZATION, grants });
    const [connector] = await target({ authentication }, answer, { 'key.pem': pem });
    const outcome = await connector.login?.(CALL);
    const detail = `POST ${LOG_IN} answered 400: the grant was not accepted`;
    expect(outcome).toEqual({ ok: false, failure: { reason: 'authentication', detail } });
    expect(JSON.stringify(outcome)).not.toContain(pem.split('\n')[1]);
  });
});

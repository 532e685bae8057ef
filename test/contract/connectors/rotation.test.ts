import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { CrmwatchError } from '../../../src/std/std.ts';
import type { SecretReference, SecretResolver } from '../../../src/std/std.ts';
import { connectorOf } from '../../support/connector-support.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { postgresMissing, startPostgres } from '../../support/postgres-server.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import { createClosing } from '../../support/targets.ts';

const CALL = { timeoutMs: 5000 };
const PASSWORD = { environment: 'PASSWORD' };
const closing = createClosing();

/** A secret that the test replaces or takes away, and the refusals that were noted. */
type Safe = { value: string | undefined; refusals: number; readonly resolve: SecretResolver };

function createSafe(value: string): Safe {
  const read = ({ environment }: SecretReference): string => {
    if (safe.value !== undefined) return safe.value;
    const remedy = 'set it';
    throw new CrmwatchError('secret_unreadable', `${environment} is gone`, { remedy });
  };
  const noteRefusal = (): void => void safe.refusals++;
  const safe: Safe = { value, refusals: 0, resolve: Object.assign(read, { noteRefusal }) };
  return safe;
}

const REST = {
  platform: 'rest',
  login: { path: '/me' },
  latency: { light: '/a', representative: '/b' },
};
const SESSION = {
  method: 'session',
  path: '/log-in',
  user: 'monitor',
  password: PASSWORD,
  token: '/token',
};

/** What proves who a request is from, and the password that the server takes for good. */
type Case = {
  readonly connection: Readonly<Record<string, unknown>>;
  readonly respond: (request: SeenRequest, password: string) => GoodAnswer;
};

const REFUSED: GoodAnswer = { status: 401, body: { error: 'no' } };
const byHeader =
  (name: string, valueOf: (password: string) => string): Case['respond'] =>
  ({ headers }, password) =>
    headers[name] === valueOf(password) ? { body: {} } : REFUSED;

function respondWithSession({ path, body, headers }: SeenRequest, password: string): GoodAnswer {
  if (path === '/log-in') {
    const isGood = (JSON.parse(body) as { password: string }).password === password;
    return isGood ? { body: { token: `session of ${password}` } } : REFUSED;
  }
  return headers['authorization'] === `Bearer session of ${password}` ? { body: {} } : REFUSED;
}

function respondAsTryton({ body, headers }: SeenRequest, password: string): GoodAnswer {
  const { method, params } = JSON.parse(body) as { method: string; params: unknown[] };
  const key = Buffer.from(`monitor:1:key of ${password}`).toString('base64');
  if (method === 'common.db.login') {
    const isGood = (params[1] as { password: string }).password === password;
    return isGood ? { body: { result: [1, `key of ${password}`] } } : REFUSED;
  }
  if (headers['authorization'] !== `Session ${key}`) return REFUSED;
  return {
    body: { result: method.endsWith('search_read') ? [] : method.endsWith('count') ? 1 : {} },
  };
}

const CASES: Readonly<Record<string, Case>> = {
  bearer: {
    connection: { ...REST, authentication: { method: 'bearer', token: PASSWORD } },
    respond: byHeader('authorization', (password) => `Bearer ${password}`),
  },
  'api key': {
    connection: {
      ...REST,
      authentication: { method: 'api_key', header: 'X-Key', value: PASSWORD },
    },
    respond: byHeader('x-key', (password) => password),
  },
  basic: {
    connection: { ...REST, authentication: { method: 'basic', user: 'a', password: PASSWORD } },
    respond: byHeader(
      'authorization',
      (password) => `Basic ${Buffer.from(`a:${password}`).toString('base64')}`,
    ),
  },
  session: { connection: { ...REST, authentication: SESSION }, respond: respondWithSession },
  tryton: {
    connection: {
      platform: 'tryton',
      database: 'crm',
      authentication: { user: 'monitor', password: PASSWORD },
    },
    respond: respondAsTryton,
  },
};

describe.each(Object.entries(CASES))(
  'a secret that changes: %s',
  (_name, { connection, respond }) => {
    let password: string;
    let safe: Safe;
    let server: FaultServer;

    async function start(): Promise<Connector> {
      password = 'old';
      safe = createSafe('old');
      server = await startFaultServer({ respond: (request) => respond(request, password) });
      const more = { resolveSecret: safe.resolve };
      const connector = connectorOf({ ...connection, url: server.url }, {}, more);
      closing(connector, server);
      return connector;
    }

    it('is in use at once when both sides change, though a session was open', async () => {
      const connector = await start();
      expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
      password = 'new';
      safe.value = 'new';
      expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
      expect(await connector.login?.(CALL)).toMatchObject({ ok: true });
      expect(safe.refusals).toBe(0);
    });

    it('mends a rejected identity at once, without waiting for the pause', async () => {
      const connector = await start();
      password = 'new';
      expect(await connector.login?.(CALL)).toMatchObject({
        failure: { reason: 'authentication' },
      });
      expect(await connector.login?.(CALL)).toMatchObject({
        failure: { reason: 'authentication' },
      });
      expect(safe.refusals).toBeGreaterThanOrEqual(2);
      safe.value = 'new';
      expect(await connector.login?.(CALL)).toMatchObject({ ok: true });
      expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
    });

    it('is an authentication failure that names the place while it is gone; nothing is sent', async () => {
      const connector = await start();
      expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
      const sent = server.seen.length;
      safe.value = undefined;
      const detail = 'the secret cannot be read: PASSWORD is gone';
      const failure = { reason: 'authentication', detail };
      expect(await connector.latency?.(CALL)).toEqual({ ok: false, failure });
      expect(await connector.login?.(CALL)).toEqual({ ok: false, failure });
      expect(server.seen).toHaveLength(sent);
      safe.value = 'old';
      expect(await connector.login?.(CALL)).toMatchObject({ ok: true });
    });
  },
);

describe('a secret that no header can carry', () => {
  it.each([
    ['bearer', { method: 'bearer', token: PASSWORD }, 'authorization'],
    ['api key', { method: 'api_key', header: 'X-Key', value: PASSWORD }, 'x-key'],
  ])('is refused before it is sent: %s', async (_name, authentication, header) => {
    const server = await startFaultServer();
    const resolveSecret = createSafe('two\nlines').resolve;
    const connector = connectorOf(
      { ...REST, url: server.url, authentication },
      {},
      { resolveSecret },
    );
    closing(connector, server);
    const detail = `the secret has characters that the header ${header} cannot carry, such as a line break`;
    const failure = { reason: 'authentication', detail };
    expect(await connector.login?.(CALL)).toEqual({ ok: false, failure });
    expect(server.seen).toHaveLength(0);
  });
});

const missing = postgresMissing();
describe.skipIf(missing !== undefined)(`a secret that changes: PostgreSQL ${missing ?? ''}`, () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
    await postgres.createDatabase('crm');
    await postgres.sql('postgres', "CREATE ROLE reader LOGIN PASSWORD 'old'");
    // The superuser keeps coming in without a password, so that the test can.
    const rules = [
      'host all postgres 127.0.0.1/32 trust',
      'host all all 127.0.0.1/32 scram-sha-256',
    ];
    await postgres.sql(
      'postgres',
      `COPY (VALUES ${rules.map((rule) => `('${rule}')`).join(', ')})
      TO '${postgres.folder}/data/pg_hba.conf'`,
    );
    await postgres.sql('postgres', 'SELECT pg_reload_conf()');
  });
  afterAll(async () => postgres.stop());

  function connect(safe: Safe | undefined, more: object = {}): Connector {
    const { host, port } = postgres;
    const database = { engine: 'postgresql', host, port, database: 'crm', user: 'reader', ...more };
    const password = safe === undefined ? {} : { password: PASSWORD };
    const connector = connectorOf(
      { platform: 'sql', database: { ...database, ...password } },
      {},
      safe === undefined ? {} : { resolveSecret: safe.resolve },
    );
    closing(connector);
    return connector;
  }

  it('opens new connections with the new password, and none of the old are used on', async () => {
    const safe = createSafe('old');
    const connector = connect(safe);
    expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
    await postgres.sql('postgres', "ALTER ROLE reader PASSWORD 'new'");
    expect(await connector.login?.(CALL)).toMatchObject({ failure: { reason: 'authentication' } });
    expect(safe.refusals).toBe(1);
    safe.value = 'wrong';
    expect(await connector.latency?.(CALL)).toMatchObject({
      failure: { reason: 'authentication' },
    });
    safe.value = 'new';
    expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
    safe.value = undefined;
    const detail = 'the secret cannot be read: PASSWORD is gone';
    const gone = { ok: false, failure: { reason: 'authentication', detail } };
    expect(await connector.latency?.(CALL)).toEqual(gone);
    expect(await connector.login?.(CALL)).toEqual(gone);
    await postgres.sql('postgres', "ALTER ROLE reader PASSWORD 'old'");
  });

  it('takes no password from the environment, which is for other programs', async () => {
    process.env['PGPASSWORD'] = 'old';
    try {
      const outcome = await connect(undefined).login?.(CALL);
      expect(outcome).toMatchObject({ ok: false, failure: { reason: 'authentication' } });
    } finally {
      delete process.env['PGPASSWORD'];
    }
  });

  it('connects only where the configuration leads, whatever the name resolves to', async () => {
    const toLoopback = { resolve: (_host: string, done: Done) => done(null, LOOPBACK) };
    const named = (networks: readonly string[]): Connector => {
      const connector = connectorOf(
        {
          platform: 'sql',
          database: {
            engine: 'postgresql', host: 'db.example.com', port: postgres.port, database: 'crm',
            user: 'reader', password: PASSWORD, allow_networks: networks,
          },
        },
        { PASSWORD: 'old' },
        toLoopback,
      ); // prettier-ignore
      closing(connector);
      return connector;
    };
    const detail =
      'db.example.com resolves to 127.0.0.1, which is not on the list of allowed targets';
    const refused = { ok: false, failure: { reason: 'refused_target', detail } };
    expect(await named([]).login?.(CALL)).toEqual(refused);
    expect(await named([]).latency?.(CALL)).toEqual(refused);
    expect(await named(['127.0.0.0/8']).latency?.(CALL)).toMatchObject({ ok: true });
  });
});

type Done = (error: null, addresses: readonly { address: string; family: number }[]) => void;
const LOOPBACK = [{ address: '127.0.0.1', family: 4 }];

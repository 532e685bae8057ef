import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { createKeptTexts } from '../../../src/app/kept-texts.ts';
import type { KeptTexts } from '../../../src/exporter/connectors/connectors.ts';
import { startBudget } from '../../../src/exporter/connectors/web/budget.ts';
import { CrmwatchError } from '../../../src/std/std.ts';
import { REQUEST, TOKEN_PATH, createOauthWorld } from '../../support/oauth-world.ts';
import type { TokenAnswer, TokenEndpoint } from '../../support/oauth-world.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const CLIENT = {
  method: 'client_credentials',
  client_id: 'us',
  client_secret: { environment: 'SECRET' },
};
const REFRESH = {
  method: 'refresh_token',
  client_id: 'us',
  client_secret: { environment: 'SECRET' },
  refresh_token: { environment: 'REFRESH' },
  keep_in: 'kept',
};

const REJECTED = { status: 400, body: { error: 'invalid_grant' } };
const DENIED = {
  ok: false,
  failure: {
    reason: 'authentication',
    detail: `POST ${TOKEN_PATH} answered 400: the grant was not accepted`,
  },
};

/** A token with a number of its own each time. */
function numbered(lifetime?: unknown): TokenEndpoint {
  let number = 0;
  return () => ({ body: { access_token: `a${++number}`, expires_in: lifetime } });
}

describe('client credentials', () => {
  it('send the client and its secret as a form, and are used as a bearer', async () => {
    const world = createOauthWorld({
      options: { ...CLIENT, scope: 'read all' },
      endpoint: numbered(3600),
    });
    expect(await world.header()).toEqual({ ok: true, value: 'Bearer a1' });
    expect(Object.fromEntries(world.forms[0] ?? [])).toEqual({
      grant_type: 'client_credentials',
      client_id: 'us',
      client_secret: 's3cret',
      scope: 'read all',
    });
  });

  it('are fetched once for many probes at a time', async () => {
    const { promise, resolve } = Promise.withResolvers<TokenAnswer>();
    const world = createOauthWorld({ options: CLIENT, endpoint: () => promise });
    const headers = Array.from({ length: 50 }, async () => world.header());
    resolve({ body: { access_token: 'a1' } });
    expect(new Set((await Promise.all(headers)).map((header) => JSON.stringify(header))).size).toBe(1);
    expect(world.forms).toHaveLength(1);
  }); // prettier-ignore

  it('are fetched again a minute before the end, once for all', async () => {
    const world = createOauthWorld({ options: CLIENT, endpoint: numbered('3600') });
    expect(await world.header()).toMatchObject({ value: 'Bearer a1' });
    await world.clock.advance(3_539_000);
    expect(await world.header()).toMatchObject({ value: 'Bearer a1' });
    await world.clock.advance(1000);
    const renewed = await Promise.all(Array.from({ length: 20 }, async () => world.header()));
    for (const header of renewed) expect(header).toMatchObject({ value: 'Bearer a2' });
    expect(world.forms).toHaveLength(2);
  });

  it('are not used after the end when they last for less than the margin', async () => {
    const world = createOauthWorld({ options: CLIENT, endpoint: numbered(30) });
    expect(await world.header()).toMatchObject({ value: 'Bearer a1' });
    await world.clock.advance(14_000);
    expect(await world.header()).toMatchObject({ value: 'Bearer a1' });
    await world.clock.advance(1000);
    expect(await world.header()).toMatchObject({ value: 'Bearer a2' });
  });

  it('do not end by a clock that is put forward, only by time', async () => {
    const world = createOauthWorld({ options: CLIENT, endpoint: numbered(3600) });
    await world.header();
    world.clock.jump(86_400_000);
    expect(await world.header()).toMatchObject({ value: 'Bearer a1' });
  });

  it.each([undefined, null, 0, -1, 'soon'])(
    'last until they are refused when the answer says %s',
    async (lifetime) => {
      const world = createOauthWorld({ options: CLIENT, endpoint: numbered(lifetime) });
      await world.header();
      await world.clock.advance(86_400_000);
      expect(await world.header()).toMatchObject({ value: 'Bearer a1' });
      const { credential, clock } = world;
      const used = await credential.headersFor(REQUEST, startBudget({ timeoutMs: 1000 }, clock));
      expect(used.ok && credential.refuse(used.value)).toBe(true);
      expect(await world.header()).toMatchObject({ value: 'Bearer a2' });
    },
  );

  it('are proved by a token of their own', async () => {
    const world = createOauthWorld({ options: CLIENT, endpoint: numbered(3600) });
    await world.header();
    const budget = startBudget({ timeoutMs: 1000 }, world.clock);
    expect(await world.credential.prove(budget)).toMatchObject({ ok: true });
    expect(world.forms).toHaveLength(2);
    expect(await world.header()).toMatchObject({ value: 'Bearer a1' });
  });
});

describe('a rejection', () => {
  it('is not tried again for a while, and stands meanwhile', async () => {
    const world = createOauthWorld({
      options: { ...CLIENT, pause_after_rejection: '2m' },
      endpoint: () => REJECTED,
    });
    expect(await world.header()).toEqual(DENIED);
    await world.clock.advance(60_000);
    const detail = `${DENIED.failure.detail}; the next log-in is tried in 60 s`;
    const paused = { ok: false, failure: { reason: 'authentication', detail } };
    expect(await world.header()).toEqual(paused);
    expect(world.forms).toHaveLength(1);
    expect(world.refusals).toHaveLength(2);
    await world.clock.advance(60_000);
    expect(await world.header()).toEqual(DENIED);
    expect(world.forms).toHaveLength(2);
  });

  it('is over at once with another secret', async () => {
    const world = createOauthWorld({
      options: CLIENT,
      endpoint: (form) =>
        form.get('client_secret') === 'new' ? { body: { access_token: 'a1' } } : REJECTED,
    });
    expect(await world.header()).toEqual(DENIED);
    world.secrets['SECRET'] = 'new';
    expect(await world.header()).toMatchObject({ value: 'Bearer a1' });
  });

  it('is none when the server is in trouble: the next probe tries again', async () => {
    const answers = [{ status: 503, body: {} }, { body: { access_token: 'a1' } }];
    const world = createOauthWorld({
      options: CLIENT,
      endpoint: () => answers.shift() ?? REJECTED,
    });
    expect(await world.header()).toMatchObject({ failure: { reason: 'server_error' } });
    expect(await world.header()).toMatchObject({ value: 'Bearer a1' });
  });
});

describe('the answer of the endpoint', () => {
  const answering = async (body: unknown, status = 200): Promise<unknown> =>
    createOauthWorld({ options: CLIENT, endpoint: () => ({ status, body }) }).header();

  it.each([
    ['an error with 200', { error: 'invalid_code s3cret' }, 'authentication'],
    ['an error with 200 besides a token', { error: 'x', access_token: 'a' }, 'authentication'],
    ['no token', {}, 'schema_changed'],
    ['an empty token', { access_token: '' }, 'schema_changed'],
    ['a token that is a number', { access_token: 7 }, 'schema_changed'],
    ['a token with a line break', { access_token: 'a\r\nx-admin: 1' }, 'schema_changed'],
    ['a token with letters beyond Latin-1', { access_token: 'ā' }, 'schema_changed'],
    ['null', null, 'schema_changed'],
    ['a list', [], 'schema_changed'],
  ])('is judged: %s', async (_name, body, reason) => {
    const outcome = await answering(body);
    expect(outcome).toMatchObject({ ok: false, failure: { reason } });
    expect(JSON.stringify(outcome)).not.toMatch(/s3cret|x-admin/);
  });

  it.each([
    [401, 'authentication'],
    // Not an error of the grant, but of what stands before the server.
    [400, 'schema_changed'],
    [403, 'authorization'],
    [404, 'not_found'],
    [429, 'rate_limited'],
    [500, 'server_error'],
  ])('keeps the meaning of %i', async (status, reason) => {
    expect(await answering({}, status)).toMatchObject({ failure: { reason } });
  });

  it('may say that there is no error', async () => {
    const body = { access_token: 'a', error: null };
    expect(await answering(body)).toEqual({ ok: true, value: 'Bearer a' });
  });
});

describe('an assertion', () => {
  const JWT = {
    method: 'jwt_bearer',
    client_id: 'us',
    user: 'monitor@example.com',
    private_key: { environment: 'KEY' },
    audience: 'https://login.example.com',
  };
  const pemOf = (type: 'rsa' | 'ec'): string => {
    const { privateKey } =
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return privateKey.export({ type: 'pkcs8', format: 'pem' });
  };

  it('says who asks for whom, for three minutes at most, and is signed', async () => {
    const pem = pemOf('rsa');
    const world = createOauthWorld({ options: JWT, endpoint: numbered(), secrets: { KEY: pem } });
    expect(await world.header()).toMatchObject({ ok: true });
    const [form = new URLSearchParams()] = world.forms;
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [head = '', body = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(head)).toEqual({ alg: 'RS256', typ: 'JWT' });
    expect(read(body)).toEqual({
      iss: 'us',
      sub: 'monitor@example.com',
      aud: 'https://login.example.com',
      exp: world.clock.now() / 1000 + 180,
    });
    const signed = Buffer.from(`${head}.${body}`);
    const proof = Buffer.from(signature, 'base64url');
    expect(verify('RSA-SHA256', signed, createPublicKey(pem), proof)).toBe(true);
  });

  it.each([
    ['no key at all', 'not a key'],
    ['half a key', pemOf('rsa').slice(0, 700)],
    ['a key for another algorithm', pemOf('ec')],
  ])('is not sent with %s, and says nothing of it', async (_name, key) => {
    const world = createOauthWorld({ options: JWT, endpoint: numbered(), secrets: { KEY: key } });
    const outcome = await world.header();
    expect(outcome).toMatchObject({ ok: false, failure: { reason: 'authentication' } });
    const told = JSON.stringify(outcome);
    expect(told).toContain('the private key cannot sign');
    for (const line of key.split('\n').filter((each) => each.length > 20)) {
      expect(told).not.toContain(line);
    }
    expect(told).not.toContain('not a key');
    expect(world.forms).toHaveLength(0);
  });
});

/** A platform that gives a new refresh token each time, and takes each once. */
function rotating(first = 'r0', log: string[] = []): TokenEndpoint {
  let good = first;
  let number = 0;
  return (form) => {
    if (form.get('refresh_token') !== good) return REJECTED;
    number++;
    good = `${first}.${number}`;
    log.push(`given ${good}`);
    return { body: { access_token: `a${number}`, expires_in: 3600, refresh_token: good } };
  };
}

function keptInMap(log: string[] = []): KeptTexts & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    read: (file) => texts.get(file),
    write(file, text) {
      log.push(`kept ${text.split('\n')[0]}`);
      texts.set(file, text);
    },
  };
}

describe('a refresh token', () => {
  it('is sent with the client, and replaced by the one of the answer', async () => {
    const world = createOauthWorld({ options: REFRESH, endpoint: rotating(), kept: keptInMap() });
    expect(await world.header()).toMatchObject({ value: 'Bearer a1' });
    await world.clock.advance(3_540_000);
    expect(await world.header()).toMatchObject({ value: 'Bearer a2' });
    expect(world.forms.map((form) => Object.fromEntries(form))).toEqual(
      ['r0', 'r0.1'].map((token) => ({
        grant_type: 'refresh_token',
        client_id: 'us',
        client_secret: 's3cret',
        refresh_token: token,
      })),
    );
  });

  it('outlives the process: the next connector begins with the newest', async () => {
    using folder = createTemporaryFolder();
    const endpoint = rotating();
    for (const expected of ['a1', 'a2', 'a3']) {
      const kept = createKeptTexts(folder.path);
      const world = createOauthWorld({ options: REFRESH, endpoint, kept });
      expect(await world.header()).toMatchObject({ value: `Bearer ${expected}` });
    }
  });

  it('is kept before the access token is used', async () => {
    const log: string[] = [];
    const world = createOauthWorld({
      options: REFRESH,
      endpoint: rotating('r0', log),
      kept: keptInMap(log),
    });
    const header = await world.header();
    log.push(`used ${header.ok ? header.value : ''}`);
    expect(log).toEqual(['given r0.1', 'kept r0.1', 'used Bearer a1']);
  });

  it('is used once at a time, also when a log-in is proved meanwhile', async () => {
    const endpoint = rotating();
    const world = createOauthWorld({
      options: REFRESH,
      endpoint: async (form) => {
        await new Promise((resolve) => void setImmediate(resolve));
        return endpoint(form);
      },
      kept: keptInMap(),
    });
    const budget = startBudget({ timeoutMs: 1000 }, world.clock);
    const proofs = [0, 1, 2].map(async () => world.credential.prove(budget));
    const headers = [0, 1, 2].map(async () => world.header());
    for (const outcome of await Promise.all([...proofs, ...headers])) {
      expect(outcome).toMatchObject({ ok: true });
    }
    const tokens = world.forms.map((form) => form.get('refresh_token'));
    expect(tokens).toEqual(['r0', 'r0.1', 'r0.2', 'r0.3']);
  });

  it('is not lost when it cannot be written, and no access token is used until it is', async () => {
    let isWritable = false;
    const texts = keptInMap();
    const kept: KeptTexts = {
      read: texts.read,
      write(file, text) {
        if (isWritable) return texts.write(file, text);
        const remedy = 'let it write';
        throw new CrmwatchError('secret_unreadable', 'this user may not use kept', { remedy });
      },
    };
    const options = { ...REFRESH, pause_after_rejection: '1s' };
    const world = createOauthWorld({ options, endpoint: rotating(), kept });
    const detail = 'the secret cannot be read: this user may not use kept';
    const failure = { reason: 'authentication', detail };
    expect(await world.header()).toEqual({ ok: false, failure });
    isWritable = true;
    await world.clock.advance(1000);
    expect(await world.header()).toMatchObject({ value: 'Bearer a2' });
    expect(texts.texts.get('kept')).toMatch(/^r0\.2\n/);
  });

  it('gives way to a new first one, which a person got', async () => {
    const kept = keptInMap();
    const old = createOauthWorld({ options: REFRESH, endpoint: rotating('r0'), kept });
    expect(await old.header()).toMatchObject({ ok: true });
    const secrets = { SECRET: 's3cret', REFRESH: 'fresh' };
    const endpoint = rotating('fresh');
    for (const expected of ['a1', 'a2']) {
      const world = createOauthWorld({ options: REFRESH, endpoint, kept, secrets });
      expect(await world.header()).toMatchObject({ value: `Bearer ${expected}` });
    }
  });

  it('may be put into the file by hand', async () => {
    const kept = keptInMap();
    kept.write('kept', 'by-hand');
    const world = createOauthWorld({ options: REFRESH, endpoint: rotating('by-hand'), kept });
    expect(await world.header()).toMatchObject({ ok: true });
  });

  it('is written once where the platform repeats it', async () => {
    const log: string[] = [];
    const world = createOauthWorld({
      options: REFRESH,
      endpoint: () => ({ body: { access_token: 'a', expires_in: 3600, refresh_token: 'r0' } }),
      kept: keptInMap(log),
    });
    await world.header();
    await world.clock.advance(3_600_000);
    await world.header();
    expect(world.forms).toHaveLength(2);
    expect(log).toEqual(['kept r0']);
  });

  it('stays the first where no file is named', async () => {
    const { keep_in: _file, ...options } = REFRESH;
    const log: string[] = [];
    const world = createOauthWorld({
      options,
      endpoint: () => ({ body: { access_token: 'a', expires_in: 3600, refresh_token: 'r1' } }),
      kept: keptInMap(log),
    });
    await world.header();
    await world.clock.advance(3_600_000);
    await world.header();
    expect(world.forms.map((form) => form.get('refresh_token'))).toEqual(['r0', 'r0']);
    expect(log).toEqual([]);
  });
});

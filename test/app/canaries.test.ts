import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Socket } from 'node:net';

import { dump } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSecretPrograms, startExporter } from '../../src/app/app.ts';
import { PROBE_KIND_NAMES } from '../../src/catalog/catalog.ts';
import { checkConfig, formatProblems, loadConfig } from '../../src/config/config.ts';
import type { LoadedConfig } from '../../src/config/config.ts';
import { createSystemClock, createSystemRandom } from '../../src/std/std.ts';
import type { LogFields, Logger } from '../../src/std/std.ts';
import { createCanaries } from '../support/canaries.ts';
import { startRawServer } from '../support/raw-server.ts';
import type { RawServer } from '../support/raw-server.ts';
import { createTemporaryFolder } from '../support/responder.ts';

const folder = createTemporaryFolder();
const canaries = createCanaries();
const ENVIRONMENT = {
  BASIC: canaries.create('basic'),
  SQL: canaries.create('sql'),
  KEY: canaries.create('key'),
};

/** What the CRMs do next; the SQL one has a protocol of its own. */
type Behaviour = (request: string, path: string) => string;
let behave: Behaviour = () => '';
let crm: RawServer;
let database: RawServer;

beforeAll(async () => {
  crm = await startRawServer((socket, request) => {
    const path = /^\w+ (\S+)/.exec(request)?.[1] ?? '';
    const answer = behave(request, path);
    if (answer === 'silent') return;
    socket.end(answer, 'latin1');
  });
  database = await startRawServer(answerAsPostgres);
  writeFileSync(join(folder.path, 'token'), `${canaries.create('file')}\n`);
  writeFileSync(join(folder.path, 'session'), canaries.create('session'));
  writeFileSync(join(folder.path, 'tryton'), canaries.create('tryton'));
});
afterAll(async () => {
  await crm.close();
  await database.close();
  folder[Symbol.dispose]();
});

/** Asks for the password in clear text, and repeats it in its refusal as no server should. */
function answerAsPostgres(socket: Socket, request: string): void {
  if (!request.startsWith('p')) {
    socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
    return;
  }
  const password = request.slice(5, -1);
  const text = `SERROR\0C28P01\0Mthe password ${password} is wrong\0D${password}\0\0`;
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(text.length + 4, 1);
  socket.end(Buffer.concat([head, Buffer.from(text, 'latin1')]));
}

const LIST = { path: '/list', items: '/data' };

function configurationOf(scheme: string): string {
  const rest = {
    platform: 'rest',
    url: `${scheme}://127.0.0.1:${crm.port}`,
    answer_limits: { redirects: 1 },
    health: { path: '/health', version: '/version' },
    login: { path: '/me' },
    latency: { light: '/me', representative: '/me' },
    limits: { path: '/me', items: [{ name: 'calls', limit: '/l', remaining: '/r' }] },
    jobs: { ...LIST, state: '/state' },
    logins: { ...LIST, succeeded: '/succeeded', at: '/at' },
    users: { ...LIST, active: '/active' },
    objects: { contacts: { ...LIST, fields: { email: '/email' } } },
  };
  const print = 'process.stdout.write(process.argv[1])';
  const command = [process.execPath, '-e', print, canaries.create('command')];
  const session = { path: '/log-in', user: 'monitor', token: '/token' };
  const postgres = { engine: 'postgresql', host: '127.0.0.1', port: database.port };
  const connections = {
    file: { ...rest, authentication: { method: 'bearer', token: { file: 'token' } } },
    basic: { ...rest, authentication: { method: 'basic', user: 'a', password: { environment: 'BASIC' } } },
    command: { ...rest, authentication: { method: 'bearer', token: { command } } },
    key: { ...rest, authentication: { method: 'api_key', header: 'X-Key', value: { environment: 'KEY' } } },
    session: { ...rest, authentication: { method: 'session', ...session, password: { file: 'session' } } },
    tryton: {
      platform: 'tryton',
      url: rest.url,
      database: 'crm',
      authentication: { user: 'monitor', password: { file: 'tryton' } },
    },
    sql: {
      platform: 'sql',
      database: { ...postgres, database: 'crm', user: 'a', password: { environment: 'SQL' } },
      queries: { active_users: 'SELECT 1', representative: 'SELECT 1' },
    },
  }; // prettier-ignore
  const pace = { interval: '500ms', retry_interval: '200ms', timeout: '400ms' };
  const options = { objects: { contacts: { completeness: { fields: ['email'] } } } };
  const targets = Object.entries(connections).map(([name, connection]) => {
    const probes = Object.fromEntries(PROBE_KIND_NAMES.map((kind) => [kind, pace]));
    const quality = 'objects' in connection ? { data_quality: { ...pace, options } } : {};
    return { name, connection, probes: { ...probes, ...quality } };
  });
  return dump({ log_level: 'debug', targets, exporter: { listen: '127.0.0.1:0' } });
}

function load(scheme: string): LoadedConfig {
  const file = join(folder.path, `${scheme}.yaml`);
  writeFileSync(file, configurationOf(scheme));
  const result = checkConfig(file, ENVIRONMENT, createSecretPrograms());
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.loaded;
}

function recordingLogger(lines: string[]): Logger {
  const record = (message: string, fields: LogFields = {}): void =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger = { debug: record, info: record, warn: record, error: record };
  return {
    ...logger,
    child: (fields) => {
      record('child', fields);
      return recordingLogger(lines);
    },
  };
}

const ALWAYS = [
  '/',
  '/metrics',
  '/config',
  '/sd',
  '/history',
  '/-/healthy',
  '/-/ready',
  '/nothing',
];

/** Runs everything once and gives every text that came out, by its place. */
async function everythingOf(loaded: LoadedConfig): Promise<ReadonlyMap<string, string>> {
  const lines: string[] = [];
  const logger = recordingLogger(lines);
  const runtime = { clock: createSystemClock(), random: createSystemRandom(), logger };
  const exporter = await startExporter(loaded, runtime);
  const texts = new Map<string, string>();
  const read = async (path: string): Promise<string> => {
    const response = await fetch(new URL(path, exporter.url), { redirect: 'manual' });
    const head = JSON.stringify([...response.headers]);
    const text = `${response.status} ${head} ${await response.text()}`;
    texts.set(path, text);
    return text;
  };
  try {
    const probes = loaded.config.targets.flatMap(({ name }) =>
      PROBE_KIND_NAMES.map(
        (kind) => `/probe?target=${name}&kind=${kind}&module=${kind}&debug=true`,
      ),
    );
    await Promise.all(probes.map(read));
    while (!(await read('/-/ready')).startsWith('200')) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const landing = await read('/');
    const links = [...landing.matchAll(/href="(\/[^"]*)"/g)].map(([, path = '']) => path);
    for (const path of new Set([...ALWAYS, ...links])) await read(path.replaceAll('&amp;', '&'));
  } finally {
    await exporter.stop();
  }
  texts.set('log', lines.join('\n'));
  return texts;
}

const json = (status: string, body: string, more = ''): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\n${more}content-length: ${Buffer.byteLength(body, 'latin1')}\r\nconnection: close\r\n\r\n${body}`;

const echo = (request: string): string => JSON.stringify({ error: request, message: request });
const secretsOf = (request: string): string =>
  request
    .replace(/^.*\r\n(accept|user-agent|host|connection|content-\w+).*$/gim, '')
    .replaceAll(/[\r\n]+/g, ' ');
const isLogIn = (request: string): boolean => /\/log-in|common\.db\.login/.test(request);
const logInWell = (request: string): string =>
  json('200 OK', JSON.stringify({ token: secretsOf(request).slice(-150), result: [1, 'key'] }));

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  'all is well, and everything is repeated': (request) =>
    isLogIn(request)
      ? logInWell(request)
      : json('200 OK', JSON.stringify({ data: [], version: '1', l: 2, r: 1, result: [], echo: request })),
  'every log-in is refused': (request) => json('401 Unauthorized', echo(request), `www-authenticate: Basic realm="${secretsOf(request).replaceAll('"', '')}"\r\n`),
  'nothing is permitted': (request) => json('403 Forbidden', echo(request)),
  'the server fails': (request) => json('500 Internal Server Error', echo(request)),
  'the allowance is used up': (request) => json('429 Too Many', echo(request), `retry-after: ${secretsOf(request)}\r\n`),
  'the log-in works and nothing else': (request) => isLogIn(request) ? logInWell(request) : json('401 Unauthorized', echo(request)),
  'HTML for JSON': (request) => json('200 OK', `<html>${request}`, 'content-type: text/html\r\n'),
  'broken JSON': (request) => json('200 OK', `{"a": ${request}`),
  'JSON that is another': (request) => json('200 OK', echo(request)),
  'lists of requests': (request) => json('200 OK', JSON.stringify({ data: [request, { state: request, succeeded: request, active: request, email: request }], l: request, r: request, version: 1 })),
  'errors of Tryton': (request) => json('200 OK', JSON.stringify({ error: [`'${/c4n4ry\w+/.exec(request)?.[0] ?? request}'`, request] })),
  'a status line that repeats': (request) => `HTTP/1.1 200 ${secretsOf(request)}\r\n\r\n`,
  'no HTTP': (request) => request,
  'broken headers': (request) => `HTTP/1.1 200 OK\r\n${secretsOf(request)}\r\n\r\n`,
  'redirects to elsewhere': (request) => json('302 Found', '', `location: http://${/c4n4ry\w+/.exec(request)?.[0] ?? 'x'}.example/${encodeURIComponent(request)}\r\n`),
  'redirects for ever': (request, path) => json('302 Found', '', `location: ${path}x${/c4n4ry\w+/.exec(request)?.[0] ?? ''}\r\n`),
  'hanging up': () => '',
}; // prettier-ignore

describe('no secret comes out', { timeout: 120_000 }, () => {
  it.each(Object.entries(BEHAVIOURS))('when a CRM does this: %s', async (_name, behaviour) => {
    behave = behaviour;
    const texts = await everythingOf(load('http'));
    for (const [place, text] of texts) expect(canaries.findIn(text), place).toEqual([]);
    expect(texts.get('/metrics')).toContain('crm_probe_success');
    expect(texts.size).toBeGreaterThan(60);
  });

  it.each([
    ['TLS fails', 'https', 'no TLS'],
    ['nobody answers', 'http', 'silent'],
  ])('when %s', async (_what, scheme, answer) => {
    behave = () => answer;
    for (const [place, text] of await everythingOf(load(scheme))) {
      expect(canaries.findIn(text), place).toEqual([]);
    }
  });

  it('when the configuration is refused', () => {
    const file = join(folder.path, 'bad.yaml');
    const good = configurationOf('http');
    const command = `[${process.execPath}, '-e', 'console.error(process.argv[1]); process.exit(1)', '${canaries.create('argument')}']`;
    const spoilt = [
      good.replace(/password:\n\s+environment: BASIC/, `password: ${JSON.stringify(canaries.create('inline'))}`),
      good.replace('http://127.0.0.1', `http://a:${encodeURIComponent(canaries.create('url'))}@127.0.0.1`),
      good.replace(/value:\n\s+environment: KEY/, `value: { command: ${command.replaceAll(`"'`, '')} }`),
    ]; // prettier-ignore
    for (const text of spoilt) {
      expect(text).not.toBe(good);
      writeFileSync(file, text);
      const result = checkConfig(file, ENVIRONMENT, createSecretPrograms());
      expect(result.ok).toBe(false);
      const report = result.ok ? '' : formatProblems(result.problems);
      expect(canaries.findIn(report)).toEqual([]);
      expect(() => loadConfig(file, ENVIRONMENT)).toThrow('bad.yaml has');
    }
  });
});

describe('the canaries themselves', () => {
  it('are found in every form, so that their absence means something', () => {
    const secret = canaries.create('self');
    const forms = [
      secret,
      JSON.stringify({ secret }),
      encodeURIComponent(secret),
      new URLSearchParams({ secret }).toString(),
      Buffer.from(secret).toString('hex'),
      ...['', 'a', 'ab'].map((user) => Buffer.from(`${user}${secret}:x`).toString('base64')),
      encodeURIComponent(Buffer.from(`user:${secret}`).toString('base64')),
    ];
    for (const form of forms)
      expect(canaries.findIn(`before ${form} after`), form).toEqual(['self']);
    expect(canaries.findIn('c4n4ry of somebody else')).toEqual([]);
  });

  it('do reach the CRMs, so that there is something to give away', async () => {
    behave = BEHAVIOURS['every log-in is refused'] ?? (() => '');
    const before = [crm.seen.length, database.seen.length];
    await everythingOf(load('http'));
    const sent = crm.seen.slice(before[0]).join('\n');
    const names = ['basic', 'command', 'file', 'key', 'session', 'tryton'];
    expect(canaries.findIn(sent).toSorted()).toEqual(names);
    expect(canaries.findIn(database.seen.slice(before[1]).join('\n'))).toEqual(['sql']);
  });
});

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { checkConfig } from '../../src/config/config.ts';
import { ESPOCRM_SECRETS, respondAsEspocrm } from '../support/fakes/espocrm.ts';
import { startFaultServer } from '../support/fault-server.ts';
import type { FaultServer, FaultServerOptions } from '../support/fault-server.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { startSandboxSite } from '../support/sandbox-site.ts';
import type { SandboxSite } from '../support/sandbox-site.ts';

type Fields = Record<string, unknown>;
type Ask = (question: string) => Promise<string>;

async function init(
  words: readonly string[],
  ask?: Ask,
): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
  const output: string[] = [];
  const errors: string[] = [];
  const code = await runCommandLine(['init', ...words], {
    print: (line) => void output.push(line),
    note: (line) => void errors.push(line),
    ...(ask === undefined ? {} : { ask }),
  });
  return { code, output: output.join('\n'), errors: errors.join('\n') };
}

function targetOf(text: string): Fields {
  const { targets } = load(text) as { targets: Fields[] };
  return targets[0] ?? {};
}

/** What is written under `probes` of the only target. */
function probesOf(text: string): Fields {
  return targetOf(text)['probes'] as Fields;
}

function temporaryFolder(): string {
  const folder = createTemporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return folder.path;
}

afterEach(() => vi.unstubAllEnvs());

describe('init with the sandbox CRM', () => {
  let site: SandboxSite;
  let answers: string;
  let folder: ReturnType<typeof createTemporaryFolder>;

  beforeAll(async () => {
    folder = createTemporaryFolder();
    site = await startSandboxSite(join(folder.path, 'sandbox'));
    const { connection } = targetOf(readFileSync(site.configFile, 'utf8'));
    answers = join(site.folder, 'answers.yaml');
    writeFileSync(answers, dump({ name: 'shop', connection, default_country: 'DE' }));
  });
  afterAll(async () => {
    await site.stop();
    folder[Symbol.dispose]();
  });

  it('writes a configuration of what works, which check-config finds good', async () => {
    const file = join(site.folder, 'made.yaml');
    const { code, output, errors } = await init(['--answers', answers, '--output', file]);
    expect(errors).toBe('');
    expect(code).toBe(0);
    for (const line of [
      /reachability +yes +version .*phase duration tcp .*tls .*http /,
      /login +yes/,
    ]) {
      expect(output).toMatch(line);
    }
    expect(output).toMatch(/accounts +yes +active users 38; privileged users 2/);
    expect(output).toMatch(/contact +yes +records 160; missing account_id 0 %/);
    expect(output).toContain(`${file} is good: 1 target (shop)\nnext: crmwatch start --config`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(checkConfig(file, {}).ok).toBe(true);
    const text = readFileSync(file, 'utf8');
    expect(`${text}${output}`).not.toContain(site.addresses.token);
    expect(probesOf(text)).toEqual({
      data_quality: {
        options: {
          default_country: 'DE',
          objects: {
            account: {
              completeness: { fields: ['name'] },
              freshness: { field: 'updated_at', maximum_age: '365d' },
            },
            contact: {
              completeness: { fields: ['account_id', 'first_name', 'last_name', 'email', 'phone'] },
              duplicates: { keys: [['email']] },
              validity: { email: 'email', phone: 'phone' },
              freshness: { field: 'updated_at', maximum_age: '365d' },
              orphans: [{ field: 'account_id', object: 'account' }],
            },
            deal: {
              completeness: { fields: ['account_id', 'amount'] },
              freshness: { field: 'updated_at', maximum_age: '365d' },
              orphans: [{ field: 'account_id', object: 'account' }],
            },
          },
        },
      },
    });
  });

  it('never writes over a file unless it is told to, and then keeps it to its owner', async () => {
    const file = join(site.folder, 'kept.yaml');
    writeFileSync(file, 'mine', { mode: 0o644 });
    const refused = await init(['--answers', answers, '--output', file]);
    expect(refused.code).toBe(2);
    expect(refused.errors).toContain('is there already, and was not changed');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await init(['--answers', answers, '--output', file, '--force'])).code).toBe(0);
    expect(checkConfig(file, {}).ok).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('prints it instead of writing with --dry-run', async () => {
    const file = join(site.folder, 'dry.yaml');
    const words = ['--answers', answers, '--output', file, '--dry-run', '--name', 'other'];
    const { code, output } = await init(words);
    expect(code).toBe(0);
    expect(existsSync(file)).toBe(false);
    const text = output.slice(output.indexOf('# Written by crmwatch init'));
    expect(targetOf(text)['name']).toBe('other');
  });

  it('leaves out what the account cannot read, with the reason', async () => {
    const file = join(site.folder, 'less.yaml');
    const gone = [
      '--set',
      'objects.deal.path=/api/gone',
      '--set',
      'objects.contact.fields.fax=/fax',
    ];
    const jobs = ['--set', 'jobs.path=/api/gone'];
    const words = ['--answers', answers, '--output', file, ...gone, ...jobs];
    const { code, output } = await init(words);
    expect(code).toBe(0);
    expect(output).toMatch(/background_jobs +no +not_found: .*\n +remedy: check the path/);
    expect(output).toMatch(/deal +no +not_found: .*\n +remedy: name the object as the CRM does/);
    expect(output).toMatch(/left out: contact\.fax is empty in the first 160 records/);
    const text = readFileSync(file, 'utf8');
    const probes = probesOf(text) as { data_quality: { options: { objects: Fields } } };
    expect(probes).toMatchObject({ background_jobs: { enabled: false } });
    expect(Object.keys(probes.data_quality.options.objects)).toEqual(['account', 'contact']);
    expect(text).toMatch(/^# - the probe background_jobs is switched off: not_found/m);
    expect(text).toMatch(/^# - the object deal is left out: not_found/m);
    expect(checkConfig(file, {}).ok).toBe(true);
  });

  it('says of http where https is spoken, and of an authority that nobody trusts, what to do', async () => {
    const file = join(site.folder, 'wrong.yaml');
    const url = site.addresses.url.replace('https:', 'http:');
    const plain = await init(['--answers', answers, '--output', file, '--url', url]);
    expect(plain.code).toBe(1);
    expect(plain.errors).toContain(`try ${site.addresses.url}; or else`);
    const untrusted = await init(['--answers', answers, '--output', file, '--set', 'tls={}']);
    expect(untrusted.code).toBe(1);
    expect(untrusted.errors).toContain('certificate_untrusted');
    expect(untrusted.errors).toContain('--set tls.ca_file=FILE');
    expect(untrusted.output).toMatch(/certificate +yes +certificate not after/);
    expect(existsSync(file)).toBe(false);
  });
});

describe('init with EspoCRM', () => {
  async function start(options: FaultServerOptions = {}): Promise<FaultServer> {
    const server = await startFaultServer({ respond: respondAsEspocrm, ...options });
    onTestFinished(async () => server.close());
    vi.stubEnv('TEST_ESPO_KEY', ESPOCRM_SECRETS.KEY);
    vi.stubEnv('TEST_ESPO_PASSWORD', ESPOCRM_SECRETS.PASSWORD);
    vi.stubEnv('TEST_ESPO_WRONG', 'not-the-key');
    return server;
  }
  function words(url: string, secret = 'TEST_ESPO_KEY'): readonly string[] {
    const key = `authentication.key.environment=${secret}`;
    const method = 'authentication.method=api_key';
    return ['--platform', 'espocrm', '--url', url, '--set', method, '--set', key];
  }

  it('says what only an administrator sees, and proposes the objects that are there', async () => {
    const server = await start();
    const file = join(temporaryFolder(), 'crmwatch.yaml');
    const { code, output } = await init([...words(server.url), '--output', file]);
    expect(code).toBe(0);
    expect(output).toMatch(
      /failed_logins +no +unknown: failed logins, .*: not_permitted: .*\n +remedy: give the/,
    );
    expect(output).toMatch(/api_quota +no +EspoCRM has no quota/);
    expect(output).toMatch(/leads +no +not_found/);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(ESPOCRM_SECRETS.KEY);
    expect(targetOf(text)).toMatchObject({
      name: 'espocrm',
      connection: {
        platform: 'espocrm',
        authentication: { method: 'api_key', key: { environment: 'TEST_ESPO_KEY' } },
      },
      probes: {
        background_jobs: { enabled: false },
        failed_logins: { enabled: false },
        accounts: { enabled: false },
      },
    });
    const { data_quality: quality } = probesOf(text);
    // There is no account yet, nobody has leads, and most fields of the contacts are empty.
    expect(quality).toEqual({
      options: {
        objects: {
          accounts: {},
          contacts: { duplicates: { keys: [['email']] }, validity: { email: 'email' } },
        },
      },
    });
    expect(server.seen.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('knows more with an administrator', async () => {
    const server = await start();
    const file = join(temporaryFolder(), 'crmwatch.yaml');
    const administrator =
      '{ method: basic, user: admin, password: { environment: TEST_ESPO_PASSWORD } }';
    const more = ['--set', `security_authentication=${administrator}`, '--output', file];
    const { code, output } = await init([...words(server.url), ...more]);
    expect(code).toBe(0);
    expect(output).toMatch(/background_jobs +yes +jobs pending 2, running 0, failed 1/);
    expect(output).toMatch(
      /accounts +partly +active users 2; .* second factor coverage 50 %\n +unknown: locked users/,
    );
    const text = readFileSync(file, 'utf8');
    expect(Object.keys(probesOf(text))).toEqual(['data_quality']);
    expect(text).toMatch(/^# - crm_job_oldest_pending_age_seconds is .* it will alert$/m);
  });

  it('tries a rejected secret once, and writes nothing', async () => {
    const server = await start();
    const file = join(temporaryFolder(), 'crmwatch.yaml');
    const { code, errors } = await init([
      ...words(server.url, 'TEST_ESPO_WRONG'),
      '--output',
      file,
    ]);
    expect(code).toBe(1);
    expect(errors).toContain('login: the CRM does not accept the credentials');
    expect(errors).toContain('docs/connectors/espocrm.md');
    expect(errors).not.toContain('not-the-key');
    expect(server.seen.filter(({ headers }) => 'x-api-key' in headers)).toHaveLength(1);
    expect(existsSync(file)).toBe(false);
  });

  it.each<[string, (url: string) => string, FaultServerOptions, string]>([
    [
      'https where http is spoken',
      (url) => url.replace('http:', 'https:'),
      {},
      'may speak plain HTTP',
    ],
    ['a tenant that is not there', (url) => `${url}/tenant`, {}, 'check the path and the tenant'],
    [
      'http that is redirected',
      (url) => url,
      { respond: () => ({ status: 301, body: '', headers: { location: 'https://crm.example/' } }) },
      'try https://127.0.0.1:',
    ],
    [
      'a log-in page',
      (url) => url,
      { respond: () => ({ body: '<html>', headers: { 'content-type': 'text/html' } }) },
      'no log-in page, proxy or redirect before it',
    ],
    [
      'a closed port',
      () => 'http://127.0.0.1:9',
      {},
      'check the address and the port of 127.0.0.1:9',
    ],
  ])('explains %s', async (_name, urlOf, options, remedy) => {
    const server = await start(options);
    const { code, errors } = await init([...words(urlOf(server.url)), '--dry-run']);
    expect(code).toBe(1);
    expect(errors).toMatch(/^nothing was written: reachability: /);
    expect(errors.split('\n')[1]).toContain(remedy);
  });

  it('gives up on a CRM that does not answer after the time it was given', async () => {
    const server = await start();
    server.setFault({ kind: 'silent' });
    const { code, errors } = await init([...words(server.url), '--dry-run', '--timeout', '200ms']);
    expect(code).toBe(1);
    expect(errors).toContain('give it more time: --timeout 30s');
  });

  /** A person who answers by what a question begins with, and in turn when it comes again. */
  function person(answers: Readonly<Record<string, readonly string[]>>): {
    ask: Ask;
    left(): object;
  } {
    const left = new Map(Object.entries(answers).map(([begin, list]) => [begin, [...list]]));
    return {
      async ask(question) {
        const begin = [...left.keys()].find((key) => question.trimStart().startsWith(key));
        const answer = begin === undefined ? undefined : left.get(begin)?.shift();
        if (answer === undefined) throw new Error(`nobody knows an answer to: ${question}`);
        return Promise.resolve(answer);
      },
      left: () => Object.fromEntries([...left].filter(([, list]) => list.length > 0)),
    };
  }

  it('asks for what is not given, again where an answer cannot be used, and never for a secret', async () => {
    const server = await start();
    const file = join(temporaryFolder(), 'crmwatch.yaml');
    const { ask, left } = person({
      'number or name': ['nonsense', 'espocrm', 'api_key'],
      'url:': ['crm.example.com', server.url],
      'name of an environment variable': ['s3cret-typed', 's3cret_typed', 'TEST_ESPO_KEY'],
      'status_page:': ['n'],
      'security_authentication:': ['n'],
      'name of this CRM': ['My CRM', 'sales'],
      'write this to': ['yes'],
    });
    const { code, output, errors } = await init(['--output', file], ask);
    expect(errors).toContain('url: expected an http or https URL');
    expect(code).toBe(0);
    expect(left()).toEqual({});
    expect(targetOf(readFileSync(file, 'utf8'))).toMatchObject({
      name: 'sales',
      connection: { url: server.url, authentication: { key: { environment: 'TEST_ESPO_KEY' } } },
    });
    expect(`${output}${errors}`).not.toMatch(/s3cret.typed/);
  });

  const NOTHING_MORE = { status_page: ['n'], security_authentication: ['n'] };

  it('writes nothing when the person says no, and does not lose answers with the connection', async () => {
    const server = await start();
    const file = join(temporaryFolder(), 'crmwatch.yaml');
    const given = [...words(server.url), '--name', 'sales', '--output', file];
    const no = await init(given, person({ ...NOTHING_MORE, 'write this to': ['n'] }).ask);
    expect(no.code).toBe(1);
    expect(existsSync(file)).toBe(false);
    await server.close();
    const lost = await init(given, person(NOTHING_MORE).ask);
    expect(lost.code).toBe(1);
    expect(lost.errors).toContain(
      'give it with --answers FILE:\nname: sales\nconnection:\n  platform: espocrm',
    );
  });

  it('asks nothing with --yes', async () => {
    const server = await start();
    const file = join(temporaryFolder(), 'crmwatch.yaml');
    const { code } = await init([...words(server.url), '--yes', '--output', file], person({}).ask);
    expect(code).toBe(0);
  });
});

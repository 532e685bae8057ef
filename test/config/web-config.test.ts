import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createWebConfigSource, formatProblems, readWebConfig } from '../../src/config/config.ts';
import { WEB_CONFIG_PROBLEM_KINDS } from '../../src/config/web-config-problems.ts';
import type { WebConfigProblemKind } from '../../src/config/web-config-problems.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/web-config');

type Verdict = { readonly good: boolean; readonly error?: string };

/** What exporter-toolkit 0.20.0 said of each file; made by verdicts/main.go. */
const VERDICTS = JSON.parse(readFileSync(join(FOLDER, 'verdicts.json'), 'utf8')) as Record<
  string,
  Verdict
>;

/** The kind of a refusal of exporter-toolkit, by its words. */
const KINDS: readonly (readonly [RegExp, WebConfigProblemKind])[] = [
  [/^yaml:/, 'not_understood'],
  [/^unknown cipher/, 'unknown_cipher'],
  [/^unknown curve/, 'unknown_curve'],
  [/^unknown TLS version/, 'unknown_tls_version'],
  [/can not be configured$/, 'header_not_configurable'],
  [/^invalid value for X-/, 'header_value'],
  [/^(?:crypto\/bcrypt|strconv\.Atoi)/, 'password_hash'],
  [/^missing one of cert/, 'certificate_missing'],
  [/^missing one of key/, 'key_missing'],
  [/^failed to read cert_file/, 'certificate_unreadable'],
  [/^failed to read key_file/, 'key_unreadable'],
  [/^failed to load X509KeyPair/, 'key_pair'],
  [/^(?:open|read) files(?:\/|:)/, 'client_authority_unreadable'],
  [/^invalid ClientAuth/, 'client_authentication'],
  [/^client CA's have been configured/, 'client_authority_unused'],
  [/^http2: TLSConfig\.CipherSuites/, 'http2_cipher'],
  [/^open nowhere\.yml/, 'unreadable_file'],
];

/** Good files that we refuse on purpose, with the reason in docs/exporter/web.md. */
const DELIBERATE: Readonly<Record<string, WebConfigProblemKind>> = {
  'deliberate-short-rsa': 'key_pair',
};

/** What we say of each bad file, word for word. */
const MESSAGES = JSON.parse(readFileSync(join(FOLDER, 'messages.json'), 'utf8')) as Record<
  string,
  string
>;

function problemsOf(name: string) {
  const result = readWebConfig(join(FOLDER, `${name}.yml`));
  return result.ok ? [] : result.problems;
}

describe('web configuration files', () => {
  const files = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yml'))
    .map((file) => file.slice(0, -4));

  it('each have a verdict of exporter-toolkit, and there are more of them than it has itself', () => {
    expect([...files, 'nowhere'].sort()).toEqual(Object.keys(VERDICTS).sort());
    expect(files.filter((file) => file.startsWith('good-')).length).toBeGreaterThan(100);
    expect(files.filter((file) => file.startsWith('bad-')).length).toBeGreaterThan(100);
    const kinds = new Set(KINDS.map(([, kind]) => kind));
    expect([...kinds].sort()).toEqual([...WEB_CONFIG_PROBLEM_KINDS].sort());
  });

  it.each(Object.entries(VERDICTS))(
    '%s: verdict and kind of error are those of exporter-toolkit',
    (name, verdict) => {
      const problems = problemsOf(name);
      const deliberate = DELIBERATE[name];
      if (deliberate !== undefined) {
        expect([verdict.good, problems[0]?.kind]).toEqual([true, deliberate]);
        return;
      }
      expect(problems.length === 0).toBe(verdict.good);
      if (verdict.good) return;
      const kind = KINDS.find(([pattern]) => pattern.test(verdict.error ?? ''))?.[1];
      expect(kind, verdict.error).toBeDefined();
      // It stops at the first problem; we tell all, and that one first.
      expect(problems[0]?.kind).toBe(kind);
    },
  );

  it.each(Object.keys(MESSAGES))('%s earns exactly its message', (name) => {
    expect(formatProblems(problemsOf(name)).replaceAll(FOLDER, '<folder>')).toBe(MESSAGES[name]);
  });

  it('all have a message', () => {
    const bad = [...files.filter((file) => !file.startsWith('good-')), 'nowhere'];
    expect(Object.keys(MESSAGES).sort()).toEqual(bad.sort());
  });

  it('never have a password or a key in a message', () => {
    for (const name of Object.keys(MESSAGES)) {
      expect(MESSAGES[name]).not.toMatch(/secret|PRIVATE KEY|\$2b\$/);
    }
  });
});

describe('a web configuration that changes', () => {
  function copy(): { file: string; set(name: string): void; folder: string } {
    const folder = mkdtempSync(join(tmpdir(), 'crmwatch-web-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'web.yml');
    const set = (name: string): void => {
      const text = readFileSync(join(FOLDER, `${name}.yml`), 'utf8');
      writeFileSync(file, text.replaceAll('files/', `${FOLDER}/files/`));
    };
    return { file, set, folder };
  }

  it('is taken over when the file changes, refused while it is broken, and used again once mended', () => {
    const { file, set } = copy();
    set('good-empty');
    const source = createWebConfigSource(file);
    expect(source.current().tls).toBeUndefined();
    const same = source.current();
    expect(source.current()).toBe(same);
    set('good-tls');
    expect(source.current().tls?.clientAuthentication).toBe('none');
    set('bad-curve');
    expect(() => source.current()).toThrow('"CurveP257" is not known');
    expect(() => source.current()).toThrow('"CurveP257" is not known');
    set('good-users');
    expect([...source.current().users.keys()]).toEqual(['alice', 'bob']);
    rmSync(file);
    expect(() => source.current()).toThrow('there is no file');
  });

  it('is read anew when a certificate that it names changes', () => {
    const { file, folder } = copy();
    for (const name of ['server.crt', 'server.key'])
      copyFileSync(join(FOLDER, 'files', name), join(folder, name));
    writeFileSync(file, 'tls_server_config: { cert_file: server.crt, key_file: server.key }\n');
    const source = createWebConfigSource(file);
    const before = source.current();
    writeFileSync(join(folder, 'server.crt'), `${before.tls?.certificate ?? ''}\n`);
    expect(source.current()).not.toBe(before);
    writeFileSync(join(folder, 'server.key'), 'gone');
    expect(() => source.current()).toThrow('no PEM that can be read');
  });
});

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createWebConfigSource } from '../../../src/config/config.ts';
import { createSilentLogger } from '../../../src/std/std.ts';
import type { Logger } from '../../../src/std/std.ts';
import { createTlsListener } from '../../../src/web/listening/tls-listener.ts';
import { makeTestCertificates } from '../../support/test-certificates.ts';
import type { KeyPair, TestCertificates } from '../../support/test-certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'crmwatch-authorities-'));
const ordinary = getCACertificates('default');
let ours: TestCertificates;
/** An authority that everybody trusts, and who has a certificate of it. */
let everybodys: TestCertificates;

beforeAll(async () => {
  [ours, everybodys] = await Promise.all([makeTestCertificates(), makeTestCertificates()]);
  setDefaultCACertificates([...ordinary, everybodys.authority]);
  writeFileSync(join(folder, 'server.crt'), ours.valid.cert);
  writeFileSync(join(folder, 'server.key'), ours.valid.key);
});
afterAll(() => {
  setDefaultCACertificates(ordinary);
  rmSync(folder, { recursive: true, force: true });
});

type Site = { readonly isWelcome: (client?: KeyPair) => Promise<boolean>; warnings: string[] };

/** Serves with the file that has this more under `tls_server_config`. */
async function serve(policy: string, authority: object): Promise<Site> {
  const file = join(folder, 'web.yml');
  const section = {
    cert_file: 'server.crt',
    key_file: 'server.key',
    client_auth_type: policy,
    ...authority,
  };
  writeFileSync(file, JSON.stringify({ tls_server_config: section }));
  const warnings: string[] = [];
  const logger: Logger = {
    ...createSilentLogger(),
    warn: (message) => void warnings.push(message),
  };
  const { server } = createTlsListener(
    (_request, response) => response.end('welcome'),
    createWebConfigSource(file),
    logger,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const isWelcome = async (client?: KeyPair): Promise<boolean> =>
    new Promise((resolve) => {
      const options = { host: '127.0.0.1', port, ca: ours.authority, agent: false, ...client };
      request(options, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode === 200));
      })
        .once('error', () => resolve(false))
        .end();
    });
  return { isWelcome, warnings };
}

describe('authorities of clients', () => {
  it('are those that Node trusts where the file names none', async () => {
    const { isWelcome, warnings } = await serve('RequireAndVerifyClientCert', {});
    expect(await isWelcome(everybodys.client)).toBe(true);
    expect(await isWelcome(ours.client)).toBe(false);
    expect(warnings).toEqual([]);
  });

  const nobody: readonly (readonly [string, () => string])[] = [
    ['nothing', () => ''],
    ['no PEM', () => 'authorities will be added here\n'],
    ['a key alone', () => ours.client.key],
    ['a certificate that cannot be read', () => everybodys.authority.replace('MII', 'AAA')],
    ['half a certificate', () => ours.authority.slice(0, 300)],
  ];

  it.each(nobody)('in a file with %s are nobody, so nobody is let in', async (_name, text) => {
    writeFileSync(join(folder, 'authorities.pem'), text());
    const { isWelcome, warnings } = await serve('RequireAndVerifyClientCert', {
      client_ca_file: 'authorities.pem',
    });
    for (const client of [everybodys.client, ours.client, undefined]) {
      expect(await isWelcome(client)).toBe(false);
    }
    expect(warnings).toEqual(['client_ca holds no certificate, so no client is let in']);
  });

  it.each(nobody.slice(1))('written into the file as %s are nobody, too', async (_name, text) => {
    const { isWelcome } = await serve('RequireAndVerifyClientCert', { client_ca: text() });
    expect(await isWelcome(everybodys.client)).toBe(false);
  });

  it('that are /dev/null let in who shows no certificate, where that is allowed', async () => {
    const { isWelcome, warnings } = await serve('VerifyClientCertIfGiven', {
      client_ca_file: '/dev/null',
    });
    expect(await isWelcome(everybodys.client)).toBe(false);
    expect(await isWelcome()).toBe(true);
    expect(warnings).toHaveLength(1);
  });

  it('are read past what is none of them', async () => {
    const [broken = ''] = nobody.slice(3).map(([, text]) => text());
    const text = `${broken}\n${ours.client.key}${ours.authority}`;
    writeFileSync(join(folder, 'authorities.pem'), text);
    const named = { client_ca_file: 'authorities.pem' };
    const { isWelcome } = await serve('RequireAndVerifyClientCert', named);
    expect(await isWelcome(ours.client)).toBe(true);
    expect(await isWelcome(everybodys.client)).toBe(false);
  });
});

describe('every web configuration file that is good and says TLS', () => {
  const fixtures = join(import.meta.dirname, '../../fixtures/web-config');

  it('can be served with', () => {
    const sources = readdirSync(fixtures)
      .filter((file) => file.startsWith('good-') && file.endsWith('.yml'))
      .map((file) => createWebConfigSource(join(fixtures, file)))
      .filter((source) => source.current().tls !== undefined);
    expect(sources.length).toBeGreaterThan(40);
    for (const source of sources) {
      createTlsListener((_request, response) => response.end(), source, createSilentLogger());
    }
  });
});

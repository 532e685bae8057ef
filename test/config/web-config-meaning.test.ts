import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readBcryptHash } from '../../src/config/bcrypt-hashes.ts';
import { readWebConfig } from '../../src/config/config.ts';
import { parseGoDuration } from '../../src/config/go-scalars.ts';
import type { WebConfig } from '../../src/web/web.ts';
import { createPasswordCheck } from '../../src/web/listening/password-check.ts';

const folder = mkdtempSync(join(tmpdir(), 'crmwatch-meaning-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the file means, which must be good. */
function read(text: string): WebConfig {
  const file = join(folder, 'web.yml');
  writeFileSync(file, text);
  const result = readWebConfig(file);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

const REST = '9t0eN9cxTfgEc2.G.cwiyu.eZV9IFdYOxeXeP8/u4K70QQdzPUYQ.';
const headersOf = (yaml: string) => read(`http_server_config: { headers: ${yaml} }\n`).headers;

describe('what a web configuration file means', () => {
  it.each([
    ['', true],
    ['http_server_config: {}', true],
    ['http_server_config:', false],
    ['http_server_config: { http2: }', false],
    ['http_server_config: { http2: off }', false],
    ['http_server_config: { http2: Yes }', true],
    ['http_server_config: { http2: no }\n---\nhttp_server_config: { http2: yes }', false],
    ['<<: { http_server_config: { http2: n } }', false],
  ] as const)('%j: HTTP/2 %s', (text, http2) => {
    expect(read(text).http2).toBe(http2);
  });

  it('takes texts as they are written, whatever YAML could make of them', () => {
    for (const text of ['1.0', '0x10', '007', '1e3', 'yes', '2001-01-01', '1_000']) {
      expect(headersOf(`{ X-XSS-Protection: ${text} }`)).toEqual({ 'X-XSS-Protection': text });
      expect([...read(`basic_auth_users: { ${text}: "$2b$04$${REST}" }`).users.keys()]).toEqual([
        text,
      ]);
    }
    expect(headersOf('{ X-XSS-Protection: ~ }')).toEqual({});
    expect(headersOf('{ X-XSS-Protection: !!binary MQ== }')).toEqual({ 'X-XSS-Protection': '1' });
  });

  it('sends no header that would end its line, and others as UTF-8', () => {
    const { 'Content-Security-Policy': value = '' } = headersOf(
      '{ Content-Security-Policy: "a\\r\\nb \\x01 €" }',
    );
    expect(Buffer.from(value, 'latin1').toString()).toBe('a  b   €');
  });

  it('merges maps as Go does: what stands later wins', () => {
    const sections = 'rate_limit: &a { interval: 1s, burst: 1 }\n';
    const burst = (fields: string): number | undefined =>
      read(`<<: { ${sections.trim()} }\nrate_limit: { ${fields} }\n`).rateLimit?.burst;
    expect(burst('<<: *a, burst: 2')).toBe(2);
    expect(burst('burst: 2, <<: *a')).toBe(1);
    expect(burst('<<: [{ burst: 3 }, { burst: 4, interval: 1s }]')).toBe(3);
  });

  it.each([
    ['interval: 1m30s, burst: 5', { intervalMs: 90_000, burst: 5 }],
    ['interval: 1000, burst: 1.9', { intervalMs: 0.001, burst: 1 }],
    ['interval: 1_000, burst: 010', { intervalMs: 0.001, burst: 8 }],
    ['interval: 5μs, burst: -0x10', { intervalMs: 0.005, burst: -16 }],
    ['interval: .5s, burst: 09', { intervalMs: 500, burst: 9 }],
    ['interval: 1s', { intervalMs: 1000, burst: 0 }],
    ['interval: -1s, burst: 1', undefined],
    ['interval: "0", burst: 1', undefined],
    ['burst: 1', undefined],
  ] as const)('rate_limit %s', (fields, rateLimit) => {
    expect(read(`rate_limit: { ${fields} }`).rateLimit).toEqual(rateLimit);
  });
});

describe('parseGoDuration', () => {
  it.each([
    ['0', 0n],
    ['-0', 0n],
    ['1h1m1s1ms1us1ns', 3_661_001_001_001n],
    ['-1.5s', -1_500_000_000n],
    ['1.s', 1_000_000_000n],
    ['0.1ns', 0n],
    ['9223372036854775807ns', 2n ** 63n - 1n],
    ['-9223372036854775808ns', -(2n ** 63n)],
    ['9223372036854775808ns', undefined],
    ['', undefined],
    ['-', undefined],
    ['00', undefined],
    ['1', undefined],
    ['.s', undefined],
    ['s', undefined],
    ['1 s', undefined],
    ['1s ', undefined],
    ['1constructor', undefined],
  ] as const)('%j: %s', (text, nanoseconds) => {
    expect(parseGoDuration(text)).toBe(nanoseconds);
  });
});

describe('a bcrypt hash', () => {
  it.each(['$2$04$', '$2a$04$', '$2b$04$', '$2x$04$', '$2y$04$', '$2z$04$', '$1b$+4$', '$2b$04x'])(
    'that begins with %s lets its user in, as with Go',
    async (start) => {
      const hash = readBcryptHash(`${start}${REST}`) ?? '';
      const passwords = createPasswordCheck();
      const statusOf = async (password: string): Promise<boolean> =>
        passwords.check(
          `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`,
          new Map([['alice', hash]]),
        );
      expect([await statusOf('secret'), await statusOf('other')]).toEqual([true, false]);
    },
  );

  it('with something more behind it, or something less, is taken and lets nobody in', async () => {
    for (const rest of [`${REST}x`, REST.slice(0, -1), `${REST}\n`, `${REST.slice(0, -2)}ü`]) {
      const hash = readBcryptHash(`$2b$04$${rest}`);
      expect(hash).toBe(`$2b$04$${rest}`);
      const header = `Basic ${Buffer.from('alice:secret').toString('base64')}`;
      const users = new Map([['alice', hash ?? '']]);
      expect(await createPasswordCheck().check(header, users)).toBe(false);
    }
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { createTargets } from '../../src/app/targets.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { LoadedConfig } from '../../src/config/config.ts';
import { createSystemClock, createSystemRandom } from '../../src/std/std.ts';
import type { Logger } from '../../src/std/std.ts';
import { createTemporaryFolder } from '../support/responder.ts';

const folder = createTemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

function load(secret: string): LoadedConfig {
  const file = join(folder.path, 'crmwatch.yaml');
  const authentication = '{ method: bearer, token: { environment: TOKEN } }';
  const connection = `{ platform: rest, url: 'http://127.0.0.1:9', login: { path: /me }, authentication: ${authentication} }`;
  writeFileSync(file, `targets:\n  - name: crm\n    connection: ${connection}\n`);
  return loadConfig(file, { TOKEN: secret });
}

describe('a secret in text that nobody foresaw', () => {
  it('is taken out in every form', () => {
    const secrets = fc.string({ minLength: 12, maxLength: 60 });
    const around = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(secrets, around, around, (secret, before, after) => {
        const { hide = String } = load(secret).resolveSecret;
        expect(hide(`${before}${secret}${after}`)).not.toContain(secret);
        const inJson = JSON.stringify({ text: `${before}${secret}` });
        expect(hide(inJson)).not.toContain(JSON.stringify(secret).slice(1, -1));
        expect(hide(`?a=${encodeURIComponent(secret)}`)).not.toContain(encodeURIComponent(secret));
        const packed = Buffer.from(`${before}:${secret}:${after}`).toString('base64');
        expect(Buffer.from(hide(packed), 'base64').toString()).not.toContain(secret);
        expect(hide(packed)).toContain('[hidden]');
      }),
      { numRuns: 50 },
    );
  });

  it('leaves other text as it is', () => {
    const { hide = String } = load('s3cret-token').resolveSecret;
    expect(hide('the s3cret of token')).toBe('the s3cret of token');
  });

  it('is not logged when a connector throws an exception that holds it', async () => {
    const secret = 'c4n4ry-exception';
    const { config, folder: base, resolveSecret } = load(secret);
    const lines: string[] = [];
    const record = (message: string, fields?: object): void =>
      void lines.push(`${message} ${JSON.stringify(fields ?? {})}`);
    const logger: Logger = {
      debug: record,
      info: record,
      warn: record,
      error: record,
      child: () => logger,
    };
    const clock = createSystemClock();
    const { targets } = config;
    const random = createSystemRandom();
    const made = createTargets({ targets, folder: base, resolveSecret, clock, random, logger });
    const login = async (): Promise<never> => {
      throw new Error(`Invalid character in header: Bearer ${secret}`);
    };
    Object.assign(made.find('crm')?.connector ?? {}, { login });
    for (const options of [{}, { logger }]) {
      const run = await made.run('crm', 'login', options);
      expect(run?.result).toMatchObject({ ok: false, failure: { reason: 'internal' } });
      expect(JSON.stringify(run)).not.toContain(secret);
    }
    await made.close();
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toContain('Bearer [hidden]');
      expect(line).not.toContain(secret);
    }
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { connectionDecoder } from '../../../src/exporter/connectors/connectors.ts';
import { endOfToken } from '../../../src/exporter/connectors/web/end-of-token.ts';
import { decode } from '../../../src/std/std.ts';
import { connectorOf } from '../../support/connector-support.ts';

const CALL = { timeoutMs: 1000 };
const CONNECTION = {
  platform: 'espocrm',
  url: 'http://127.0.0.1:1',
  authentication: { method: 'api_key', key: { environment: 'KEY' } },
  security_authentication: {
    method: 'basic',
    user: 'admin',
    password: { environment: 'PASSWORD' },
  },
};

function tokenOf(claims: unknown): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part(claims)}.c2lnbmF0dXJl`;
}

async function endsOf(connection: object, key: string): Promise<unknown> {
  const connector = connectorOf(connection, { KEY: key, PASSWORD: 'p' });
  const outcome = await connector.credentials?.(CALL);
  await connector.close();
  return outcome?.ok === true
    ? outcome.value.map(({ identity, endsAtMs }) => [
        identity,
        endsAtMs.known ? endsAtMs.value : endsAtMs.reason,
      ])
    : outcome;
}

describe('the end of credentials', () => {
  it('is told by a JSON Web Token itself', async () => {
    expect(await endsOf(CONNECTION, tokenOf({ exp: 1_800_000_000 }))).toEqual([
      ['data', 1_800_000_000_000],
      ['security', 'not_configured'],
    ]);
  });

  it('is what the configuration says, before anything else', async () => {
    const credential_ends = { data: '2027-03-01', security: '2028-02-29' };
    const ends = await endsOf({ ...CONNECTION, credential_ends }, tokenOf({ exp: 1_800_000_000 }));
    expect(ends).toEqual([
      ['data', Date.UTC(2027, 2, 1)],
      ['security', Date.UTC(2028, 1, 29)],
    ]);
  });

  it('is unknown, never some time, of any other secret', () => {
    expect(endOfToken(tokenOf({}))).toBeUndefined();
    expect(endOfToken(tokenOf({ exp: '1800000000' }))).toBeUndefined();
    expect(endOfToken(`${tokenOf({ exp: 1 })}.more`)).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(endOfToken(text)).toBeUndefined();
      }),
    );
  });

  it('is refused where it is no day of the calendar', () => {
    for (const data of ['2027-02-30', '2027-13-01', 'soon', '01.03.2027']) {
      const decoded = decode.run(connectionDecoder, { ...CONNECTION, credential_ends: { data } });
      expect(decoded.ok, data).toBe(false);
    }
  });
});

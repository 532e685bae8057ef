import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

const good = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY_ID = 'one';

/** What the provider says, each of which a test may change into something that must not be believed. */
export type World = {
  claims: Record<string, unknown>;
  header: Record<string, unknown>;
  signedBy: 'the provider' | 'somebody else' | 'nobody';
  discovery: Record<string, unknown>;
  /** Answers a path in place of the provider. */
  answers: Record<string, { status: number; headers?: Record<string, string>; body?: string }>;
  isDown: boolean;
};

export type ForgingProvider = {
  readonly issuer: string;
  readonly world: World;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
};

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function forge({ header, claims, signedBy }: World, accessToken: string): string {
  const hash = createHash('sha256').update(accessToken).digest().subarray(0, 16);
  const payload = { at_hash: hash.toString('base64url'), ...claims };
  const text = `${part({ alg: 'RS256', kid: KEY_ID, ...header })}.${part(payload)}`;
  if (signedBy === 'nobody') return `${text}.`;
  const { privateKey } = signedBy === 'the provider' ? good : other;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`;
}

/** An identity provider that can lie in every way. What it signs is made here, by no library that checks it. */
export async function startForgingProvider(clientId: string): Promise<ForgingProvider> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    request.resume();
    if (world.isDown) {
      response.destroy();
      return;
    }
    const fixed = world.answers[path];
    const body = fixed?.body ?? JSON.stringify(answerTo(path));
    response.writeHead(fixed?.status ?? 200, {
      'Content-Type': 'application/json',
      ...fixed?.headers,
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const nowSeconds = Math.floor(Date.now() / 1000);
  const world: World = {
    claims: {
      iss: issuer,
      sub: 'mia',
      aud: clientId,
      iat: nowSeconds,
      exp: nowSeconds + 300,
      name: 'Mia',
      groups: ['crm-oncall'],
    },
    header: {},
    signedBy: 'the provider',
    discovery: {},
    answers: {},
    isDown: false,
  };

  function answerTo(path: string): unknown {
    if (path === '/.well-known/openid-configuration') {
      return {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        ...world.discovery,
      };
    }
    if (path === '/keys') {
      const key = good.publicKey.export({ format: 'jwk' });
      return { keys: [{ ...key, kid: KEY_ID, alg: 'RS256', use: 'sig' }] };
    }
    const access = 'an-access-token';
    return { access_token: access, token_type: 'Bearer', id_token: forge(world, access) };
  }
  return { issuer, world, asked };
}

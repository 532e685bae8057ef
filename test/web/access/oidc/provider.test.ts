import { describe, expect, it, onTestFinished } from 'vitest';
import { createSilentLogger } from '../../../../src/std/std.ts';
import { createProvider, reasonOf } from '../../../../src/web/access/oidc/provider.ts';
import type { OidcOptions } from '../../../../src/web/access/oidc/oidc-options.ts';
import { startForgingProvider } from '../../../support/forging-provider.ts';
import type { ForgingProvider, World } from '../../../support/forging-provider.ts';
import { oidcOptions } from './oidc-samples.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const DISCOVERY = '/.well-known/openid-configuration';
const nowSeconds = Math.floor(Date.now() / 1000);

async function start(changes: Partial<OidcOptions> = {}) {
  const forger = await startForgingProvider('crmwatch');
  const clock = createManualClock();
  const provider = createProvider(oidcOptions(forger.issuer, changes), {
    clock,
    logger: createSilentLogger(),
  });
  onTestFinished(() => provider.close());
  return { ...forger, provider, clock };
}

/** A whole sign-in with the world as it is; the provider's word for who it is, or why it was not believed. */
async function signIn({ provider, issuer, world }: Awaited<ReturnType<typeof start>>) {
  const begun = await provider.begin();
  if (begun === null) return 'unavailable';
  const { pending } = begun;
  world.claims = { nonce: pending.nonce, ...world.claims };
  const query = new URLSearchParams({ code: 'a-code', state: pending.state, iss: issuer });
  try {
    return (await provider.finish(query.toString(), pending))['sub'];
  } catch (error) {
    return reasonOf(error);
  }
}

type Lie = readonly [what: string, tell: (world: World, forger: ForgingProvider) => void];

function claim(changes: Record<string, unknown>): Lie[1] {
  return (world) => void Object.assign(world.claims, changes);
}

const LIES: readonly Lie[] = [
  ['a token that has expired', claim({ iat: nowSeconds - 900, exp: nowSeconds - 600 })],
  ['a token that is not good yet', claim({ nbf: nowSeconds + 600 })],
  ['a token for another client', claim({ aud: 'somebody-else' })],
  ['a token for several clients, made for another', claim({ aud: ['crmwatch', 'b'], azp: 'b' })],
  ['a token of another issuer', claim({ iss: 'https://evil.example' })],
  ['a token of another sign-in', claim({ nonce: 'another' })],
  ['a token without an end', claim({ exp: undefined })],
  ['a token about nobody', claim({ sub: undefined })],
  ['a signature of somebody else', (world) => void (world.signedBy = 'somebody else')],
  [
    'no signature',
    (world) => {
      world.signedBy = 'nobody';
      world.header = { alg: 'none' };
    },
  ],
  ['a signature by the public key', (world) => void (world.header = { alg: 'HS256' })],
  ['a key that nobody published', (world) => void (world.header = { kid: 'two' })],
  [
    'keys on a host that is not listed',
    (world) => void (world.discovery = { jwks_uri: 'http://127.0.0.2:1/keys' }),
  ],
  [
    'a token endpoint on a host that is not listed',
    (world) => void (world.discovery = { token_endpoint: 'http://169.254.169.254/token' }),
  ],
  [
    'a redirect of the token endpoint',
    (world, { issuer }) => {
      const headers = { Location: `${issuer}/elsewhere` };
      world.answers['/token'] = { status: 307, headers };
    },
  ],
  [
    'an endless document',
    (world) => void (world.answers['/token'] = { status: 200, body: `"${'x'.repeat(2_000_000)}"` }),
  ],
  ['no JSON', (world) => void (world.answers['/token'] = { status: 200, body: '<html>' })],
  [
    'an error',
    (world) => {
      const body = JSON.stringify({ error: 'invalid_grant' });
      world.answers['/token'] = { status: 400, body };
    },
  ],
];

describe('what an identity provider says', () => {
  it('is believed when all is well', async () => {
    const site = await start();
    expect(await signIn(site)).toBe('mia');
    expect(site.asked).toEqual([DISCOVERY, '/token', '/keys']);
  });

  it.each(LIES)('is not believed with %s', async (_what, tell) => {
    const site = await start();
    tell(site.world, site);
    const answer = await signIn(site);
    expect(answer).not.toBe('mia');
    expect(answer).not.toBe('unavailable');
    expect(site.asked).not.toContain('/elsewhere');
  });

  it('is not asked when its documents name another issuer', async () => {
    const site = await start();
    site.world.discovery = { issuer: 'https://evil.example' };
    expect(await signIn(site)).toBe('unavailable');
  });

  it('may come from another host that is listed', async () => {
    const keys = await startForgingProvider('crmwatch');
    const site = await start({ hosts: [new URL(keys.issuer).host] });
    site.world.discovery = { jwks_uri: `${keys.issuer}/keys` };
    expect(await signIn(site)).toBe('mia');
    expect(keys.asked).toEqual(['/keys']);
  });
});

describe('the documents of an identity provider', () => {
  it('are asked for once, and again after an hour', async () => {
    const site = await start();
    await Promise.all([site.provider.begin(), site.provider.begin()]);
    await site.provider.begin();
    expect(site.asked).toEqual([DISCOVERY]);
    await site.clock.advance(3_600_000);
    await site.provider.begin();
    expect(site.asked).toEqual([DISCOVERY, DISCOVERY]);
  });

  it('stay in use while the provider is down', async () => {
    const site = await start();
    await site.provider.begin();
    site.world.isDown = true;
    await site.clock.advance(3_600_000);
    expect(await site.provider.begin()).not.toBeNull();
  });

  it('are asked for again some seconds after the provider did not answer', async () => {
    const site = await start();
    site.world.isDown = true;
    expect(await site.provider.begin()).toBeNull();
    const first = site.asked.length;
    site.world.isDown = false;
    expect(await site.provider.begin()).toBeNull();
    expect(site.asked).toHaveLength(first);
    await site.clock.advance(5000);
    expect(await site.provider.begin()).not.toBeNull();
  });
});

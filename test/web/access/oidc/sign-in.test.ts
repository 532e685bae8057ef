import { describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../../src/std/std.ts';
import type { Clock } from '../../../../src/std/std.ts';
import type { OidcOptions } from '../../../../src/web/access/oidc/oidc-options.ts';
import { createTestAccounts } from '../../../support/accounts.ts';
import { CLIENT, startIdentityProvider } from '../../../support/identity-provider.ts';
import { createRecordingLogger, post, send, startResponder } from '../../../support/start-web.ts';
import { BROWSER, cookieOf } from '../browser-session.ts';
import { PUBLIC_URL, oidcOptions } from './oidc-samples.ts';

const HOST = { Host: 'crmwatch.example:9969' };
const OPERATORS = [{ name: 'operator', token: 'break-glass' }];
const PEOPLE = {
  mia: { name: 'Mia Berg', groups: ['staff', 'crm-oncall'] },
  ben: { name: 'Ben', groups: ['staff'] },
  eve: { name: 'eve@example.com', groups: 'crm-readers' },
  max: { groups: ['crm-oncall', 'crm-admins', 5] },
};

async function start(changes: Partial<OidcOptions> = {}, clock: Clock = createSystemClock()) {
  const provider = await startIdentityProvider(PUBLIC_URL, PEOPLE);
  const logger = createRecordingLogger();
  const responder = await startResponder({
    operators: OPERATORS,
    hosts: ['crmwatch.example:9969'],
    oidc: oidcOptions(provider.issuer, changes),
    clock,
    logger,
    accounts: await createTestAccounts(clock),
  });
  const { url } = responder;

  async function begin(next = '/?state=all') {
    const path = `${url}/login/oidc?next=${encodeURIComponent(next)}`;
    const answer = await send(path, { headers: { ...BROWSER, ...HOST } });
    const location = String(answer.headers['location']);
    return { answer, authorizationUrl: location, cookie: cookieOf(answer) };
  }
  async function comeBack(address: string, cookie: string) {
    const { pathname, search } = new URL(address);
    const headers = { Accept: 'text/html', ...HOST, Cookie: cookie };
    return send(`${url}${pathname}${search}`, { headers });
  }
  async function signIn(login: string, next?: string) {
    const { authorizationUrl, cookie } = await begin(next);
    const back = await provider.signIn(authorizationUrl, login);
    return { back, cookie, answer: await comeBack(back, cookie) };
  }
  return { ...responder, provider, logger, begin, comeBack, signIn };
}

/** The session among the cookies that an answer sets. */
function sessionOf(headers: NodeJS.Dict<string | string[]>): string {
  const lines = (headers['set-cookie'] as string[] | undefined) ?? [];
  return lines.find((line) => line.startsWith('crmwatch_session='))?.split(';')[0] ?? '';
}

describe('signing in at a real identity provider', () => {
  it('asks for a code with PKCE, state and nonce, and keeps what it needs in a sealed cookie', async () => {
    const { begin, provider } = await start();
    const { answer, authorizationUrl } = await begin();
    const url = new URL(authorizationUrl);
    expect(url.origin).toBe(provider.issuer);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: CLIENT.id,
      redirect_uri: `${PUBLIC_URL}/login/oidc/callback`,
      scope: 'openid profile',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toMatch(
      /^crmwatch_sign_in=[\w-]+; Max-Age=600; Path=\/; .*HttpOnly; SameSite=Lax$/,
    );
    expect(cookie).not.toContain(String(url.searchParams.get('state')));
  });

  it('lets people in with the role of their groups, back to where they wanted to go', async () => {
    const { url, signIn } = await start();
    const { answer } = await signIn('mia');
    expect([answer.status, answer.headers['location']]).toEqual([303, '/?state=all']);
    const headers = { ...BROWSER, ...HOST, Cookie: sessionOf(answer.headers) };
    const page = await send(`${url}/`, { headers });
    expect(page.body).toContain('<strong>Mia Berg (oidc)</strong>, responder');
    expect(String(answer.headers['set-cookie'])).toContain('crmwatch_sign_in=; Path=/; Expires=');
  });

  it('gives the highest role of several, and a name that says nothing to who has none', async () => {
    const { url, signIn } = await start();
    const { answer } = await signIn('max');
    const headers = { ...BROWSER, ...HOST, Cookie: sessionOf(answer.headers) };
    const page = await send(`${url}/`, { headers });
    expect(page.body).toMatch(/<strong>person-[0-9a-f]{10} \(oidc\)<\/strong>, admin/);
  });

  it('keeps e-mail addresses out of the journal unless they were chosen', async () => {
    const shy = await start();
    const first = await shy.signIn('eve');
    const page = await send(`${shy.url}/`, {
      headers: { ...BROWSER, ...HOST, Cookie: sessionOf(first.answer.headers) },
    });
    expect(page.body).toMatch(/<strong>person-[0-9a-f]{10} \(oidc\)<\/strong>, viewer/);
    const open = await start({ allowEmail: true });
    const second = await open.signIn('eve');
    const other = await send(`${open.url}/`, {
      headers: { ...BROWSER, ...HOST, Cookie: sessionOf(second.answer.headers) },
    });
    expect(other.body).toContain('<strong>eve@example.com (oidc)</strong>');
  });

  it('lets nobody in whose groups give no role', async () => {
    const { signIn } = await start();
    const { answer } = await signIn('ben');
    expect([answer.status, sessionOf(answer.headers)]).toEqual([403, '']);
    expect(answer.body).toContain('nothing that it says gives you a role here');
  });

  it.each([
    `/${'x'.repeat(5000)}`,
    '//evil.example',
    'https://evil.example/',
    '/\\evil.example',
    '/\t/evil.example',
    'x',
  ])('leads nowhere else afterwards: %j', async (next) => {
    const { signIn } = await start();
    expect((await signIn('mia', next)).answer.headers['location']).toBe('/');
  });

  it('refuses a code that was used before, and ends what the former sign-in had begun', async () => {
    const { signIn, comeBack, logger } = await start();
    const { back, cookie } = await signIn('mia');
    const again = await comeBack(back, cookie);
    expect([again.status, sessionOf(again.headers)]).toEqual([401, '']);
    expect(JSON.stringify(logger.lines)).toContain('Sign-in at the identity provider refused');
  });

  it('refuses another state, and an answer that this browser did not begin', async () => {
    const { begin, comeBack, provider } = await start();
    const mine = await begin();
    const theirs = await begin();
    const back = await provider.signIn(theirs.authorizationUrl, 'mia');
    // Somebody sends the victim an address that would sign them in as somebody else.
    expect((await comeBack(back, mine.cookie)).status).toBe(401);
    expect((await comeBack(back, '')).status).toBe(400);
    expect((await comeBack(back, 'crmwatch_sign_in=forged')).status).toBe(400);
    const wrong = new URL(back);
    wrong.searchParams.set('state', 'guess');
    expect((await comeBack(wrong.href, theirs.cookie)).status).toBe(401);
    expect((await comeBack(back, theirs.cookie)).status).toBe(303);
  });

  it('refuses an answer of another issuer, one with an error, and one without a code', async () => {
    const { begin, comeBack, provider } = await start();
    const { authorizationUrl, cookie } = await begin();
    const state = new URL(authorizationUrl).searchParams.get('state') ?? '';
    const back = `${PUBLIC_URL}/login/oidc/callback`;
    for (const query of [
      { error: 'access_denied', state, iss: provider.issuer },
      { code: 'guess', state, iss: 'https://evil.example' },
      { code: 'guess', state, iss: provider.issuer },
      { state, iss: provider.issuer },
    ]) {
      const address = `${back}?${new URLSearchParams(query).toString()}`;
      const answer = await comeBack(address, cookie);
      expect([answer.status, sessionOf(answer.headers)]).toEqual([401, '']);
    }
  });

  it('offers to sign out of the provider too', async () => {
    const { url, signIn, provider } = await start();
    const { answer } = await signIn('mia');
    const headers = { ...BROWSER, ...HOST, Cookie: sessionOf(answer.headers) };
    const { body } = await send(`${url}/`, { headers });
    const form_token = /name="form_token"\s+value="([^"]*)"/.exec(body)?.[1] ?? '';
    const out = await post(`${url}/logout`, { form_token }, headers);
    expect(out.headers['location']).toBe('/login?signed_out=true');
    const page = await send(`${url}/login?signed_out=true`, { headers });
    const link = /href="([^"]+)">Sign out of/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(link).toMatch(new RegExp(`^${provider.issuer}/session/end\\?`));
    expect(await (await fetch(link)).text()).toContain(`${provider.issuer}/session/end/confirm`);
  });

  it('does not mind a provider that is down, and a token still lets in', async () => {
    const { url, begin, signIn, provider, logger } = await start();
    await provider.stop();
    const { answer } = await begin();
    expect(answer.status).toBe(503);
    expect(answer.body).toContain('does not answer. Try again, or sign in with a token.');
    expect(JSON.stringify(logger.lines)).toContain('The identity provider cannot be asked');
    const fields = { name: 'Mia', token: 'break-glass' };
    expect((await post(`${url}/login`, fields, { ...BROWSER, ...HOST })).status).toBe(303);
    await expect(signIn('mia')).rejects.toThrow();
  });
});

import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { post, send, startResponder } from '../../support/start-web.ts';
import { createTestAccounts } from '../../support/accounts.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { BROWSER, cookieOf, signInByForm } from './browser-session.ts';

const OPERATORS = [
  { name: 'oncall', token: 'oncall-token', role: 'responder' },
  { name: 'root', token: 'root-token' },
] as const;

async function start(options = {}) {
  return startResponder({ operators: OPERATORS, ...options });
}

describe('sessions of browsers', () => {
  it('never take over an id that was known before the sign-in', async () => {
    const { url } = await start();
    const planted = `crmwatch_session=${'a'.repeat(43)}`;
    const { headers } = await signInByForm(url, 'oncall-token', planted);
    expect(headers['Cookie']).not.toBe(planted);
    const asPlanted = await send(`${url}/`, { headers: { ...BROWSER, Cookie: planted } });
    expect(asPlanted.status).toBe(303);
    expect((await send(`${url}/`, { headers })).status).toBe(200);
  });

  it('get a new id with each sign-in, and the former one ends', async () => {
    const { url } = await start();
    const first = await signInByForm(url, 'oncall-token');
    const second = await signInByForm(url, 'root-token', first.headers['Cookie']);
    expect(second.headers['Cookie']).not.toBe(first.headers['Cookie']);
    expect(second.formToken).not.toBe(first.formToken);
    expect((await send(`${url}/`, { headers: first.headers })).status).toBe(303);
    expect((await send(`${url}/`, { headers: second.headers })).body).toContain('root');
  });

  it('end at the server when somebody signs out, though the browser kept the cookie', async () => {
    const { url } = await start();
    const { headers, formToken } = await signInByForm(url, 'oncall-token');
    const answer = await post(`${url}/logout`, { form_token: formToken }, headers);
    expect(String(answer.headers['set-cookie'])).toContain('crmwatch_session=; Path=/; Expires=');
    expect((await send(`${url}/`, { headers })).status).toBe(303);
  });

  it('are shared by replicas, and end when the token is replaced or gone', async () => {
    const accounts = await createTestAccounts(createManualClock());
    const first = await start({ accounts });
    const { headers } = await signInByForm(first.url, 'oncall-token');
    const status = async (operators: readonly { name: string; token: string }[]) => {
      const { url } = await start({ accounts, operators });
      return (await send(`${url}/`, { headers })).status;
    };
    expect(await status(OPERATORS)).toBe(200);
    expect(await status([{ name: 'oncall', token: 'another-token' }])).toBe(303);
    expect(await status([{ name: 'root', token: 'oncall-token' }])).toBe(303);
  });

  it('have the role that the configuration gives now', async () => {
    const accounts = await createTestAccounts(createManualClock());
    const first = await start({ accounts });
    const { headers } = await signInByForm(first.url, 'root-token');
    const lower = [{ name: 'root', token: 'root-token', role: 'viewer' }] as const;
    const { url } = await start({ accounts, operators: lower });
    expect((await send(`${url}/`, { headers })).body).toContain('root</strong>, viewer');
  });

  it('have cookies that only this host can set, over HTTPS', async () => {
    const { url } = await start({ secureCookies: true });
    const answer = await post(`${url}/login`, { name: '', token: 'oncall-token' }, BROWSER);
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^__Host-crmwatch_session=[\w-]{43}; Max-Age=43200; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    );
    const plain = cookieOf(answer).replace('__Host-', '');
    expect((await send(`${url}/`, { headers: { ...BROWSER, Cookie: plain } })).status).toBe(303);
    const own = { ...BROWSER, Cookie: cookieOf(answer) };
    expect((await send(`${url}/`, { headers: own })).status).toBe(200);
  });

  it('cut a stream of events once they have ended', async () => {
    const { url, clock } = await start();
    const { headers, formToken } = await signInByForm(url, 'oncall-token');
    const answer = await new Promise<IncomingMessage>((resolve) => {
      get(`${url}/events`, { headers }, resolve);
    });
    answer.on('error', () => {});
    const ended = new Promise((resolve) => void answer.resume().once('close', resolve));
    await clock.advance(15_000);
    expect(answer.closed).toBe(false);
    await post(`${url}/logout`, { form_token: formToken }, headers);
    await clock.advance(15_000);
    await ended;
    expect(answer.complete).toBe(false);
  });

  it('say the same of a token that is nearly right as of one that is not', async () => {
    const { url } = await start();
    const bodies = new Set<string>();
    for (const token of ['oncall-toke', 'x', 'oncall-token2', '']) {
      const answer = await post(`${url}/login`, { name: 'oncall', token }, BROWSER);
      bodies.add(`${answer.status} ${answer.body}`);
    }
    expect(bodies.size).toBe(1);
  });
});

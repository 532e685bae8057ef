import { describe, expect, it } from 'vitest';
import { post, send, startResponder } from '../../support/start-web.ts';
import { signInByForm } from './browser-session.ts';

const OPERATORS = [{ name: 'oncall', token: 'oncall-token', role: 'responder' }] as const;

async function start() {
  const started = await startResponder({ operators: OPERATORS });
  const session = await signInByForm(started.url, 'oncall-token');
  const id = started.service.incidents[0]?.id ?? '';
  return { ...started, ...session, id };
}

/** A browser that signed in, with what this request says of where it comes from. */
function from(headers: Record<string, string>, origin: Record<string, string>) {
  const { 'Sec-Fetch-Site': _site, ...rest } = headers;
  return { ...rest, ...origin };
}

const FOREIGN = [
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
  { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://127.0.0.1' },
];

describe('changes that another site makes in the name of a session', () => {
  it.each(FOREIGN)('are refused in forms, whatever secret they carry: %j', async (origin) => {
    const { url, headers, formToken, id, service } = await start();
    for (const path of [`/incidents/${id}/acknowledge`, '/logout', '/name']) {
      const fields = { form_token: formToken, name: 'x' };
      const answer = await post(`${url}${path}`, fields, from(headers, origin));
      expect([path, answer.status]).toEqual([path, 403]);
    }
    expect((await send(`${url}/`, { headers })).status).toBe(200);
    expect(service.actions).toEqual([]);
  });

  it.each(['', 'guess', '0'.repeat(64)])('are refused without the secret: "%s"', async (guess) => {
    const { url, headers, id, service } = await start();
    const path = `${url}/incidents/${id}/acknowledge`;
    expect((await post(path, { form_token: guess }, headers)).status).toBe(403);
    expect(service.actions).toEqual([]);
  });

  it.each([...FOREIGN, {}, { 'Sec-Fetch-Site': 'none' }])(
    'are refused in the API: %j',
    async (origin) => {
      const { url, headers, id, service } = await start();
      const path = `${url}/api/v1/incidents/${id}/acknowledge`;
      const sent = { ...from(headers, origin), 'Content-Type': 'application/json' };
      expect((await send(path, { method: 'POST', headers: sent, body: '{}' })).status).toBe(403);
      expect(service.actions).toEqual([]);
    },
  );

  it('pass when they come from a page of ours', async () => {
    const { url, headers, formToken, id, service } = await start();
    const api = `${url}/api/v1/incidents/${id}/acknowledge`;
    const origins = [{ 'Sec-Fetch-Site': 'same-origin' }, { Origin: url }];
    for (const origin of origins) {
      const sent = { ...from(headers, origin), 'Content-Type': 'application/json' };
      expect((await send(api, { method: 'POST', headers: sent, body: '{}' })).status).toBe(200);
    }
    const form = `${url}/incidents/${id}/comment`;
    await post(form, { form_token: formToken, text: 'hi' }, headers);
    expect(service.actions.map(([action]) => action)).toEqual([
      'acknowledge',
      'acknowledge',
      'comment',
    ]);
  });

  it('are refused for the sign-in too, so that nobody is signed in as somebody else', async () => {
    const { url } = await start();
    for (const origin of FOREIGN) {
      const answer = await post(`${url}/login`, { token: 'oncall-token' }, origin);
      expect([answer.status, answer.headers['set-cookie']]).toEqual([401, undefined]);
    }
  });
});

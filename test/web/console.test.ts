import { describe, expect, it } from 'vitest';
import { CrmwatchError } from '../../src/std/std.ts';
import { formTokenOf, post, send, startResponder } from '../support/start-web.ts';

const HTML = { Accept: 'text/html' };
const OPERATORS = [{ name: 'oncall', token: 'operator-token' }];

function cookieOf(headers: NodeJS.Dict<string | string[]>): string {
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

describe('console without tokens, on loopback', () => {
  it('acknowledges by a plain form and redirects back', async () => {
    const { url, service } = await startResponder();
    const id = service.incidents[0]?.id ?? '';
    const page = await send(`${url}/incidents/${id}`, { headers: HTML });
    const answer = await post(`${url}/incidents/${id}/acknowledge`, {
      form_token: formTokenOf(page.body),
    });
    expect([answer.status, answer.headers['location']]).toEqual([303, `/incidents/${id}`]);
    expect(service.actions).toEqual([['acknowledge', id, 'operator']]);
  });

  it('writes the name that the reader chose into the timeline', async () => {
    const { url, service } = await startResponder();
    const id = service.incidents[0]?.id ?? '';
    const form_token = formTokenOf((await send(`${url}/`, { headers: HTML })).body);
    const named = await post(
      `${url}/name`,
      { form_token, name: ' Zoë\n<b> ' },
      { Referer: `${url}/?state=all` },
    );
    expect(named.headers['location']).toBe('/?state=all');
    await post(
      `${url}/incidents/${id}/comment`,
      { form_token, text: 'hi' },
      { Cookie: cookieOf(named.headers) },
    );
    expect(service.actions).toEqual([['comment', id, 'Zoë <b>', 'hi']]);
  });

  it('refuses forms that are not its own and changes nothing', async () => {
    const { url, service } = await startResponder();
    const id = service.incidents[0]?.id ?? '';
    const form_token = formTokenOf((await send(`${url}/`, { headers: HTML })).body);
    const path = `${url}/incidents/${id}/close`;
    const refused = [
      await post(path, {}, HTML),
      await post(path, { form_token: 'guess' }, HTML),
      await post(path, { form_token }, { ...HTML, 'Sec-Fetch-Site': 'cross-site' }),
      await post(path, { form_token }, { ...HTML, Origin: 'http://127.0.0.1:1' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(refused[0]?.body).toContain('nothing was changed');
    expect(service.actions).toEqual([]);
  });

  it('shows refusals and failures as pages with the way out', async () => {
    const { url, service } = await startResponder();
    const id = service.incidents[0]?.id ?? '';
    const form_token = formTokenOf((await send(`${url}/`, { headers: HTML })).body);
    service.outcome = { status: 'refused', why: 'It is closed.', remedy: 'Wait.' };
    expect((await post(`${url}/incidents/${id}/close`, { form_token }, HTML)).body).toContain(
      'It is closed.',
    );
    expect((await send(`${url}/incidents/inc_none`, { headers: HTML })).status).toBe(404);
    expect((await send(`${url}/nowhere`, { headers: HTML })).body).toContain(
      'There is no page at /nowhere',
    );
    const odd = await send(`${url}/?state=odd`, { headers: HTML });
    expect([odd.status, odd.body.includes('use one of: open')]).toEqual([400, true]);
    service.getIncident = () => {
      throw new CrmwatchError('store_unavailable', 'The disk is full.', {
        remedy: 'Free some space.',
      });
    };
    const failed = await send(`${url}/incidents/${id}`, { headers: HTML });
    expect([failed.status, failed.body.includes('Free some space.')]).toEqual([503, true]);
    service.getIncident = () => {
      throw new Error('secret detail');
    };
    const crashed = await send(`${url}/incidents/${id}`, { headers: HTML });
    expect([crashed.status, crashed.body.includes('secret detail')]).toEqual([500, false]);
  });

  it('gives the review as a page and as Markdown', async () => {
    const { url, service } = await startResponder();
    const address = `${url}/incidents/${service.incidents[0]?.id}/review`;
    expect((await send(address, { headers: HTML })).body).toContain('<h2>Times</h2>');
    const raw = await send(`${address}.md`);
    expect(raw.headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(raw.body).toMatch(/^# Review of/);
    expect((await send(`${url}/incidents/none/review.md`)).status).toBe(404);
  });

  it('serves assets that browsers revalidate', async () => {
    const { url } = await startResponder();
    const style = await send(`${url}/assets/theme.css`);
    expect([style.status, style.headers['content-type']]).toEqual([200, 'text/css; charset=utf-8']);
    const again = await send(`${url}/assets/theme.css`, {
      headers: { 'If-None-Match': String(style.headers['etag']) },
    });
    expect([again.status, again.body]).toEqual([304, '']);
    expect((await send(`${url}/assets/../package.json`)).status).toBe(404);
  });

  it('sends a policy under which nothing inline and nothing foreign runs', async () => {
    const { url } = await startResponder();
    const { headers } = await send(`${url}/`, { headers: HTML });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect([headers['x-content-type-options'], headers['x-powered-by']]).toEqual([
      'nosniff',
      undefined,
    ]);
    expect(headers['cache-control']).toBe('no-store');
  });
});

describe('console with tokens', () => {
  async function signIn(url: string, fields: Record<string, string> = {}) {
    return post(
      `${url}/login`,
      { name: 'Mia', token: 'operator-token', next: '/?state=all', ...fields },
      HTML,
    );
  }

  it('asks for the token, then leads back to where the reader wanted to go', async () => {
    const { url } = await startResponder({ operators: OPERATORS });
    const first = await send(`${url}/incidents/a?b=c`, { headers: HTML });
    expect([first.status, first.headers['location']]).toEqual([
      303,
      '/login?next=%2Fincidents%2Fa%3Fb%3Dc',
    ]);
    const answer = await signIn(url);
    expect([answer.status, answer.headers['location']]).toEqual([303, '/?state=all']);
    expect(String(answer.headers['set-cookie'])).toMatch(
      /crmwatch_session=[\w-]{43};.*HttpOnly; SameSite=Lax/,
    );
    const page = await send(`${url}/`, { headers: { ...HTML, Cookie: cookieOf(answer.headers) } });
    expect(page.body).toContain('<strong>Mia (oncall)</strong>');
  });

  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)', ''])(
    'never leads elsewhere after signing in: %s',
    async (next) => {
      const { url } = await startResponder({ operators: OPERATORS });
      expect((await signIn(url, { next })).headers['location']).toBe('/');
    },
  );

  it('shows a wrong token, and slows guessing down', async () => {
    const { url, clock } = await startResponder({ operators: OPERATORS });
    for (let attempt = 0; attempt < 10; attempt++) {
      expect((await signIn(url, { token: 'guess' })).status).toBe(401);
    }
    const limited = await signIn(url);
    expect([limited.status, limited.headers['set-cookie']]).toEqual([429, undefined]);
    await clock.advance(61_000);
    expect((await signIn(url)).status).toBe(303);
  });

  it('ends a session by signing out, and by its age', async () => {
    const { url, clock, service } = await startResponder({ operators: OPERATORS });
    const cookie = { ...HTML, Cookie: cookieOf((await signIn(url)).headers) };
    const page = await send(`${url}/`, { headers: cookie });
    const form_token = formTokenOf(page.body);
    const other = { ...HTML, Cookie: cookieOf((await signIn(url)).headers) };
    const path = `${url}/incidents/${service.incidents[0]?.id}/acknowledge`;
    expect((await post(path, { form_token }, other)).status).toBe(403);
    expect((await post(`${url}/logout`, { form_token }, cookie)).headers['location']).toBe(
      '/login',
    );
    expect((await send(`${url}/`, { headers: cookie })).status).toBe(303);
    expect((await send(`${url}/`, { headers: other })).status).toBe(200);
    await clock.advance(12 * 3_600_000 + 1);
    expect((await send(`${url}/`, { headers: other })).status).toBe(303);
    expect((await send(`${url}/events`, { headers: other })).status).toBe(401);
  });

  it('marks cookies for HTTPS alone when browsers come over HTTPS', async () => {
    const { url } = await startResponder({ operators: OPERATORS, secureCookies: true });
    expect(String((await signIn(url)).headers['set-cookie'])).toContain('; Secure');
  });
});

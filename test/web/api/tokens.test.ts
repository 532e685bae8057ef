import { describe, expect, it } from 'vitest';
import { post, send, startResponder } from '../../support/start-web.ts';

const OPERATORS = [{ name: 'root', token: 'root-token' }];
const TOKENS = '/api/v1/tokens';
const DAY_MS = 86_400_000;

async function start() {
  const started = await startResponder({ operators: OPERATORS });
  async function ask(method: string, path: string, token: string, body?: unknown) {
    const answer = await send(`${started.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: JSON.parse(answer.body) };
  }
  async function make(wanted: unknown): Promise<string> {
    const { status, body } = await ask('POST', TOKENS, 'root-token', wanted);
    expect(status).toBe(201);
    return body.secret;
  }
  return { ...started, ask, make };
}

describe('the API of tokens', () => {
  it('shows a secret once, and lists what is known of it', async () => {
    const { ask, make, clock } = await start();
    const wanted = { name: 'bot', role: 'viewer', scopes: ['incidents:read'], lifetime: '2d' };
    const secret = await make(wanted);
    const { body } = await ask('GET', TOKENS, 'root-token');
    expect(body.tokens).toEqual([
      {
        id: secret.split('_')[1],
        name: 'bot',
        role: 'viewer',
        scopes: ['incidents:read'],
        createdBy: 'root',
        createdAtMs: clock.now(),
        expiresAtMs: clock.now() + 2 * DAY_MS,
        lastUsedAtMs: null,
        revokedBy: null,
        revokedAtMs: null,
      },
    ]);
    expect(JSON.stringify(body)).not.toContain(secret.slice(-43));
  });

  it('lets a token do what its role and its scopes say, in its own name', async () => {
    const { ask, make, service } = await start();
    const id = service.incidents[0]?.id ?? '';
    const reader = await make({ name: 'reader', role: 'admin', scopes: ['incidents:read'] });
    const act = `/api/v1/incidents/${id}/acknowledge`;
    expect((await ask('GET', '/api/v1/incidents', reader)).status).toBe(200);
    expect(await ask('POST', act, reader, {})).toMatchObject({
      status: 403,
      body: { detail: 'This needs a token with the scope incidents:write.' },
    });
    expect((await ask('GET', TOKENS, reader)).status).toBe(403);
    const actor = await make({ name: 'bot', role: 'responder' });
    expect((await ask('POST', act, actor, {})).status).toBe(200);
    expect(service.actions).toEqual([['acknowledge', id, 'bot (token)']]);
    const root = await make({ name: 'deploy', role: 'admin' });
    expect((await ask('GET', TOKENS, root)).status).toBe(200);
  });

  it('refuses a token from the moment of its revocation, and from its end', async () => {
    const { ask, make, clock } = await start();
    const revoked = await make({ name: 'a', role: 'viewer' });
    const ended = await make({ name: 'b', role: 'viewer', lifetime: '1h' });
    const list = async (token: string) => (await ask('GET', '/api/v1/incidents', token)).status;
    expect([await list(revoked), await list(ended)]).toEqual([200, 200]);
    const path = `${TOKENS}/${revoked.split('_')[1]}/revoke`;
    const { body } = await ask('POST', path, 'root-token');
    expect(body.token).toMatchObject({ revokedBy: 'root', revokedAtMs: clock.now() });
    await clock.advance(3_600_000);
    expect([await list(revoked), await list(ended)]).toEqual([401, 401]);
  });

  it('knows no token that nobody made', async () => {
    const { ask } = await start();
    expect((await ask('POST', `${TOKENS}/none/revoke`, 'root-token')).status).toBe(404);
    for (const token of ['crmw_0000000000000000_', `crmw_${'0'.repeat(16)}_${'A'.repeat(43)}`]) {
      expect((await ask('GET', TOKENS, token)).status).toBe(401);
    }
  });

  it('tells every problem of what it cannot make', async () => {
    const { ask } = await start();
    const wanted = { name: 5, role: 'god', scopes: ['all'], lifetime: 'long', more: 1 };
    const { status, body } = await ask('POST', TOKENS, 'root-token', wanted);
    expect(status).toBe(400);
    const places = body.problems.map(({ place }: { place: string }) => place);
    expect(places).toEqual(['body.name', 'body.role', 'body.scopes.0', 'body.lifetime', 'body']);
    expect(await ask('POST', TOKENS, 'root-token', { name: 'A', role: 'viewer' })).toMatchObject({
      status: 422,
      body: { detail: '"A" is no name for a token' },
    });
  });

  it('takes no token where a form is sent', async () => {
    const { url, make, service } = await start();
    const secret = await make({ name: 'bot', role: 'admin' });
    const headers = { Authorization: `Bearer ${secret}` };
    const id = service.incidents[0]?.id;
    const path = `${url}/incidents/${id}/acknowledge`;
    expect((await post(path, { form_token: '' }, headers)).status).toBe(403);
  });

  it('looks a token up where nobody has to sign in, too', async () => {
    const { url, accounts } = await startResponder();
    const made = await accounts.tokens.create({ name: 'bot', role: 'viewer' }, 'tester');
    const secret = made.status === 'created' ? made.secret : '';
    const headers = { Authorization: `Bearer ${secret}` };
    expect((await send(`${url}${TOKENS}`, { headers })).status).toBe(403);
    expect((await send(`${url}/api/v1/incidents`, { headers })).status).toBe(200);
    expect((await send(`${url}${TOKENS}`)).status).toBe(200);
  });
});

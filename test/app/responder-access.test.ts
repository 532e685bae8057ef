import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startResponder } from '../../src/app/app.ts';
import { accessOf } from '../../src/app/responder-access.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { LoadedConfig } from '../../src/config/config.ts';
import { createSilentLogger, createSystemClock, createSystemRandom } from '../../src/std/std.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { formTokenOf, post, send } from '../support/start-web.ts';

const CONFIG = `
targets:
  - name: crm
    connection:
      platform: rest
      url: http://127.0.0.1:8080
      authentication: { method: bearer, token: { file: secret } }
responder:
  listen: 127.0.0.1:0
  public_url: https://crmwatch.example
  console_token: { file: secret }
  access:
    session_lifetime: 2h
    session_idle_limit: 30m
    tokens_for_people:
      - { name: mia, role: viewer, token: { file: mia } }
    oidc:
      issuer: https://127.0.0.1:1/realms/staff/
      client_id: crmwatch
      client_secret: { file: secret }
      role_claim: realm_access.roles
      roles: { crm-oncall: responder }
      ca_file: authority.pem
    proxy_header:
      header_user: Remote-User
      header_groups: Remote-Groups
      networks: [10.0.0.0/8]
      roles: { oncall: responder }
`;
const HOST = { Host: 'crmwatch.example', Accept: 'text/html', 'Sec-Fetch-Site': 'same-origin' };

function load(): LoadedConfig {
  const folder = createTemporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  const write = (name: string, text: string): void => writeFileSync(join(folder.path, name), text);
  write('secret', 'the-console-token');
  write('mia', 'the-token-of-mia');
  write('authority.pem', 'a certificate');
  write('crmwatch.yaml', CONFIG);
  return loadConfig(join(folder.path, 'crmwatch.yaml'), {});
}

async function start(loaded: LoadedConfig) {
  const dependencies = {
    clock: createSystemClock(),
    random: createSystemRandom(),
    logger: createSilentLogger(),
  };
  const running = await startResponder(loaded, dependencies);
  onTestFinished(async () => running.stop());
  return running;
}

describe('access as it is configured', () => {
  it('reaches the web room, with secrets that are read when they are needed', () => {
    const { config, resolveSecret } = load();
    const { operators, oidc, proxyHeader, secureCookies } = accessOf(
      config.responder,
      resolveSecret,
      { isTls: false },
    );
    expect(operators).toEqual([
      { name: 'operator', role: 'admin', token: 'the-console-token' },
      { name: 'mia', role: 'viewer', token: 'the-token-of-mia' },
    ]);
    expect(oidc).toMatchObject({
      issuer: 'https://127.0.0.1:1/realms/staff/',
      publicUrl: 'https://crmwatch.example',
      roleClaim: 'realm_access.roles',
      scopes: ['openid', 'profile'],
      certificateAuthorities: ['a certificate'],
    });
    expect(oidc?.clientSecret()).toBe('the-console-token');
    expect(proxyHeader).toMatchObject({ userHeader: 'remote-user', groupsHeader: 'remote-groups' });
    expect(secureCookies).toBe(true);
  });

  it('starts with a provider that is down, and keeps sessions over a restart', async () => {
    const loaded = load();
    const first = await start(loaded);
    const down = await send(`${first.url}/login/oidc`, { headers: HOST });
    expect(down.status).toBe(503);
    const fields = { name: 'Mia', token: 'the-token-of-mia' };
    const answer = await post(`${first.url}/login`, fields, HOST);
    const cookie = String(answer.headers['set-cookie']?.[0]);
    expect(cookie).toMatch(/^__Host-crmwatch_session=.*Max-Age=7200;.*Secure/);
    await first.stop();

    const second = await start(loaded);
    const headers = { ...HOST, Cookie: cookie.split(';')[0] ?? '' };
    const page = await send(`${second.url}/`, { headers });
    expect(page.body).toContain('<strong>Mia (mia)</strong>, viewer');
    const form_token = formTokenOf(page.body);
    const out = await post(`${second.url}/logout`, { form_token }, headers);
    expect(out.status).toBe(303);
    expect((await send(`${second.url}/`, { headers })).status).toBe(303);
  });

  it('counts wrong tokens in the metrics', async () => {
    const { url } = await start(load());
    const headers = { Host: 'crmwatch.example', Authorization: 'Bearer guess' };
    expect((await send(`${url}/api/v1/incidents`, { headers })).status).toBe(401);
    const metrics = await send(`${url}/metrics`, { headers: { Host: 'crmwatch.example' } });
    expect(metrics.body).toContain(
      'crmwatch_access_failures_total{way="bearer",limited="false"} 1',
    );
  });

  it('makes tokens by the API, and counts them in the metrics', async () => {
    const { url } = await start(load());
    const headers = {
      Host: 'crmwatch.example',
      Authorization: 'Bearer the-console-token',
      'Content-Type': 'application/json',
    };
    const made = await send(`${url}/api/v1/tokens`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name: 'bot', role: 'viewer', lifetime: '1d' }),
    });
    expect(made.status).toBe(201);
    const metrics = await send(`${url}/metrics`, { headers: { Host: 'crmwatch.example' } });
    expect(metrics.body).toContain('crmwatch_api_tokens{state="expiring"} 1');
    expect(metrics.body).toContain('crmwatch_api_tokens{state="active"} 0');
  });
});

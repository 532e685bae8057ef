import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { ProxyHeaderOptions } from '../../../src/web/access/proxy-header.ts';
import {
  createRecordingLogger,
  formTokenOf,
  post,
  send,
  startResponder,
} from '../../support/start-web.ts';
import { BROWSER } from './browser-session.ts';

const OPERATORS = [{ name: 'operator', token: 'break-glass' }];
const OPTIONS: ProxyHeaderOptions = {
  userHeader: 'remote-user',
  groupsHeader: 'remote-groups',
  networks: ['127.0.0.1/32'],
  roles: { readers: 'viewer', oncall: 'responder', 'CN=Admins': 'admin' },
  defaultRole: null,
  allowEmail: false,
};

async function start(changes: Partial<ProxyHeaderOptions> = {}) {
  const logger = createRecordingLogger();
  const proxyHeader = { ...OPTIONS, ...changes };
  const started = await startResponder({ operators: OPERATORS, proxyHeader, logger });
  return { ...started, logger };
}

/** A request with header lines as they are, also several of one name. */
async function sendLines(url: string, lines: readonly string[]) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const headers = ['Host', new URL(url).host, 'Accept', 'text/html', ...lines];
    const sent = request(url, { headers: headers, agent: false }, (answer) => {
      let body = '';
      answer.on('data', (chunk) => (body += String(chunk)));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

function saying(user: string, groups: string): Record<string, string> {
  return { ...BROWSER, 'Remote-User': user, 'Remote-Groups': groups };
}

describe('a proxy that signs people in', () => {
  it('is believed when it is listed, and people act in their own names', async () => {
    const { url, service } = await start();
    const headers = saying('Mia', 'staff, oncall');
    const page = await send(`${url}/`, { headers });
    expect(page.body).toContain('The proxy knows you as <strong>Mia (proxy)</strong>, responder');
    expect(page.body).not.toContain('action="/logout"');
    const id = service.incidents[0]?.id ?? '';
    const detail = await send(`${url}/incidents/${id}`, { headers });
    const form_token = formTokenOf(detail.body);
    await post(`${url}/incidents/${id}/acknowledge`, { form_token }, headers);
    expect(service.actions).toEqual([['acknowledge', id, 'Mia (proxy)']]);
  });

  it('is not believed from anywhere else: such a request is nobody’s, whatever it brings', async () => {
    const { url, logger } = await start({ networks: ['10.0.0.0/8'] });
    const tries = [
      saying('Mia', 'oncall'),
      { ...saying('Mia', 'CN=Admins'), 'X-Forwarded-For': '10.0.0.1' },
      { ...saying('Mia', 'CN=Admins'), Authorization: 'Bearer break-glass' },
      { ...BROWSER, 'REMOTE-USER': 'root' },
      { ...BROWSER, 'Remote-Groups': 'CN=Admins' },
    ];
    for (const headers of tries) {
      expect((await send(`${url}/`, { headers })).status).toBe(303);
      expect((await send(`${url}/api/v1/incidents`, { headers })).status).toBe(401);
    }
    const told = logger.lines.filter(({ message }) => message.includes('not listed'));
    expect(told).toHaveLength(1);
    expect(told[0]?.fields).toMatchObject({ header: 'remote-user', address: '127.0.0.1' });
  });

  it('may be gone around by a token that comes without its headers', async () => {
    const { url } = await start({ networks: ['10.0.0.0/8'] });
    const headers = { Authorization: 'Bearer break-glass' };
    expect((await send(`${url}/api/v1/incidents`, { headers })).status).toBe(200);
    expect((await send(`${url}/`, { headers: BROWSER })).status).toBe(303);
  });

  it.each<[string, string[]]>([
    ['two users', ['Remote-User', 'mia', 'Remote-User', 'root', 'Remote-Groups', 'oncall']],
    ['two users of other cases', ['Remote-User', 'mia', 'remote-user', 'root']],
    [
      'two lines of groups',
      ['Remote-User', 'mia', 'Remote-Groups', 'a', 'Remote-Groups', 'oncall'],
    ],
    ['two users in a line', ['Remote-User', 'mia, root', 'Remote-Groups', 'oncall']],
    ['groups of nobody', ['Remote-Groups', 'CN=Admins']],
    ['an empty name', ['Remote-User', '', 'Remote-Groups', 'oncall']],
    ['an endless name', ['Remote-User', 'm'.repeat(300), 'Remote-Groups', 'oncall']],
  ])('is refused when it tells %s', async (_what, lines) => {
    const { url, service } = await start();
    const answer = await sendLines(`${url}/`, lines);
    expect([answer.status, answer.body.includes('Not signed in')]).toEqual([400, true]);
    expect(service.actions).toEqual([]);
  });

  it('gives no role for groups that are not listed, unless there is one for all', async () => {
    const strict = await start();
    for (const groups of ['', 'staff', 'ONCALL', 'constructor', 'oncall2', '__proto__']) {
      const answer = await send(`${strict.url}/`, { headers: saying('Mia', groups) });
      expect([groups, answer.status]).toEqual([groups, 403]);
    }
    const open = await start({ defaultRole: 'viewer' });
    const page = await send(`${open.url}/`, { headers: saying('Mia', 'staff') });
    expect(page.body).toContain('<strong>Mia (proxy)</strong>, viewer');
  });

  it('reads names as UTF-8, and keeps e-mail addresses out unless they were chosen', async () => {
    const { url } = await start();
    const asSent = Buffer.from('Zoë', 'utf8').toString('latin1');
    const page = await send(`${url}/`, { headers: saying(asSent, 'oncall') });
    expect(page.body).toContain('<strong>Zoë (proxy)</strong>');
    const shy = await send(`${url}/`, { headers: saying('mia@example.com', 'oncall') });
    expect(shy.body).toMatch(/<strong>person-[0-9a-f]{10} \(proxy\)<\/strong>/);
    const open = await start({ allowEmail: true });
    const told = await send(`${open.url}/`, { headers: saying('mia@example.com', 'oncall') });
    expect(told.body).toContain('<strong>mia@example.com (proxy)</strong>');
  });

  it('does not let another site make changes through it', async () => {
    const { url, service } = await start();
    const id = service.incidents[0]?.id ?? '';
    const headers = saying('Mia', 'oncall');
    const form_token = formTokenOf((await send(`${url}/incidents/${id}`, { headers })).body);
    const bens = saying('Ben', 'oncall');
    const path = `${url}/incidents/${id}/acknowledge`;
    const { 'Sec-Fetch-Site': _site, ...silent } = headers;
    const json = { ...silent, 'Content-Type': 'application/json' };
    const answers = [
      await post(path, { form_token }, bens),
      await post(path, {}, headers),
      await post(path, { form_token }, { ...headers, 'Sec-Fetch-Site': 'cross-site' }),
      await send(`${url}/api/v1/incidents/${id}/acknowledge`, {
        method: 'POST',
        headers: json,
        body: '{}',
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(service.actions).toEqual([]);
  });
});

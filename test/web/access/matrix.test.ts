import express from 'express';
import { describe, expect, it } from 'vitest';
import {
  createBearerSender,
  formTokenOf,
  post,
  send,
  startResponder,
} from '../../support/start-web.ts';
import type { RawAnswer } from '../../support/start-web.ts';
import { oidcOptions } from './oidc/oidc-samples.ts';
import { MATRIX, PERSONS, verdictOf } from './matrix.ts';
import type { Person, Verdict } from './matrix.ts';
import { ROLES } from '../../../src/responder/accounts/accounts.ts';
import { routesOf } from './routes-of.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const OPERATORS = ROLES.map((role) => ({ name: role, token: `token-of-${role}`, role }));
const SENDERS = [createBearerSender('alertmanager', 'token-of-the-sender')];
/** A provider that nobody can reach: its routes are there all the same. */
const OIDC = oidcOptions('http://127.0.0.1:1');
const BROWSER = { Accept: 'text/html', 'Sec-Fetch-Site': 'same-origin' };

type Credentials = { readonly headers: Record<string, string>; readonly formToken: string };

/** A session as a browser has it, with the secret of its forms. */
async function signIn(url: string, person: Person): Promise<Credentials> {
  if (person === 'anonymous') return { headers: BROWSER, formToken: '' };
  const answer = await post(`${url}/login`, { name: '', token: `token-of-${person}` }, BROWSER);
  const cookie = String(answer.headers['set-cookie']?.[0]).split(';')[0] ?? '';
  const headers = { ...BROWSER, Cookie: cookie };
  return { headers, formToken: formTokenOf((await send(`${url}/`, { headers })).body) };
}

function verdict({ status, headers }: RawAnswer): Verdict {
  if (status === 401) return 'unauthorised';
  if (status === 403) return 'forbidden';
  const isLogin = status === 303 && String(headers['location']).startsWith('/login?next=');
  return isLogin || (status === 303 && headers['location'] === '/login') ? 'signs in' : 'passes';
}

/** The name of a route in the table, where all files of the console are one line. */
function lineOf(method: string, path: string): string {
  return `${method} ${path.startsWith('/assets/') ? '/assets/*' : path}`;
}

async function ask(url: string, method: string, path: string, who: Credentials) {
  const address = `${url}${path.replace(/:\w+/g, 'inc_1')}`;
  if (path.endsWith('/events')) return head(address, who);
  if (method !== 'POST') return send(address, { method, headers: who.headers });
  if (path.startsWith('/api/')) {
    const headers = { ...who.headers, 'Content-Type': 'application/json' };
    return send(address, { method, headers, body: '{}' });
  }
  return post(address, { form_token: who.formToken }, who.headers);
}

/** A stream never ends, so only its head is waited for. */
async function head(address: string, { headers }: Credentials): Promise<RawAnswer> {
  const abort = new AbortController();
  const answer = await fetch(address, { headers, signal: abort.signal });
  abort.abort();
  return { status: answer.status, body: '', headers: {} };
}

async function start() {
  return startResponder({ operators: OPERATORS, senders: SENDERS, oidc: OIDC });
}

describe('every route for every role', () => {
  it('knows every route of the application, and no other', async () => {
    const { handler } = await start();
    const lines = routesOf(handler).flatMap(({ path, methods }) =>
      methods.map((method) => lineOf(method, path)),
    );
    expect([...new Set(lines)].toSorted()).toEqual(Object.keys(MATRIX).toSorted());
  });

  it.each(PERSONS)('lets %s do what the table says, and nothing else', async (person) => {
    const { url, handler } = await start();
    const found: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const { path, methods } of routesOf(handler)) {
      for (const method of methods) {
        // Signing out ends the session, so each line has one of its own.
        const who = await signIn(url, person);
        const line = lineOf(method, path);
        const isAnonymousLogin = path === '/login' && method === 'POST';
        const answer = await ask(url, method, path, who);
        found[line] = isAnonymousLogin ? 'passes' : signOutAware(path, verdict(answer), person);
        expected[line] = verdictOf(line, person);
      }
    }
    expect(found).toEqual(expected);
    expect(Object.keys(found).length).toBeGreaterThan(20);
  });

  it('answers every other method with 405, to everybody', async () => {
    const { url, handler } = await start();
    const who = await signIn(url, 'admin');
    const passed: string[] = [];
    for (const { path, methods } of routesOf(handler)) {
      for (const method of METHODS) {
        if (methods.includes(method) || (method === 'HEAD' && methods.includes('GET'))) continue;
        const { status } = await send(`${url}${path.replace(/:\w+/g, 'inc_1')}`, {
          method,
          headers: who.headers,
        });
        if (status !== 405) passed.push(`${method} ${path}: ${status}`);
      }
    }
    expect(passed).toEqual([]);
  });

  it.each(ROLES)(
    'judges the bearer of a token with the role %s as it judges a session',
    async (role) => {
      const { url } = await start();
      const headers = { Authorization: `Bearer token-of-${role}` };
      for (const line of Object.keys(MATRIX).filter((each) =>
        each.includes(' /api/v1/incidents'),
      )) {
        const [method = '', path = ''] = line.split(' ');
        const answer = await ask(url, method, path, { headers, formToken: '' });
        expect([line, verdict(answer)]).toEqual([line, verdictOf(line, role)]);
      }
    },
  );

  it('is not fooled by another spelling of a path', async () => {
    const { url, service } = await start();
    const id = service.incidents[0]?.id ?? '';
    const headers = { Authorization: 'Bearer token-of-viewer', 'Content-Type': 'application/json' };
    const spellings = [
      `/API/v1/incidents/${id}/close`,
      `/api/v1/incidents/${id}/close/`,
      `/api/v1/incidents/${id}/Close?a=b`,
      `//api/v1/incidents/${id}/close`,
      `/api/v1/%69ncidents/${id}/close`,
    ];
    for (const path of spellings) {
      const { status } = await send(`${url}${path}`, { method: 'POST', headers, body: '{}' });
      expect([path, [403, 404].includes(status)]).toEqual([path, true]);
    }
    expect(service.actions).toEqual([]);
  });
});

/** Who signs out is sent to the login form because it worked. */
function signOutAware(path: string, found: Verdict, person: Person): Verdict {
  return path === '/logout' && person !== 'anonymous' && found === 'signs in' ? 'passes' : found;
}

describe('the look at the routes', () => {
  it('sees a route that was declared past the table, and refuses a router that hides some', () => {
    const app = express();
    app.get('/secret', (_request, response) => void response.end());
    expect(routesOf(app)).toEqual([{ path: '/secret', methods: ['GET'] }]);
    const open = express();
    open.all('/anything', (_request, response) => void response.end());
    expect(() => routesOf(open)).toThrow('"/anything" answers every method alike');
    app.use(express.Router());
    expect(() => routesOf(app)).toThrow('declare them with route()');
  });

  it('has no verdict for a route that is not in the table', () => {
    expect(() => verdictOf('GET /secret', 'admin')).toThrow('"GET /secret" is not in');
  });
});

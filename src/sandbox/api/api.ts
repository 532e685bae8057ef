import { errorMessage, sleep } from '../../std/std.ts';
import type { Clock, Logger, Random } from '../../std/std.ts';
import { isSqliteBusy } from '../../store/store.ts';
import type { Sqlite } from '../../store/store.ts';

import { createContact, deleteContact, findContact, updateContact } from './contacts.ts';
import type { Backend } from './backend.ts';
import { LIST_RESOURCES, listPage } from './lists.ts';
import { refuse } from './messages.ts';
import type { Reply, Request } from './messages.ts';
import { createQuota } from './quota.ts';
import type { Quota } from './quota.ts';
import { findCaller, logIn } from './session.ts';
import type { Caller } from './session.ts';

export const API_VERSION = '7.2.0';

export type ApiOptions = {
  readonly database: Sqlite;
  /** How long a request waits for another connection's lock before it is answered with 503. */
  readonly busyTimeoutMs: number;
  readonly backend: Backend;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
};

export type Api = {
  /** Answers every request; never throws. */
  handle(request: Request): Promise<Reply>;
};

type Answer = (request: Request, caller: Caller, id: number) => Reply;

type Route = {
  readonly path: RegExp;
  readonly method: string;
  readonly permission?: string;
  /** Asking for the quota is free, so that a client can see why it is refused. */
  readonly free?: boolean;
  readonly answer: Answer;
};

const BUSY_RETRY_MS = 50;

function createRoutes(options: ApiOptions, quota: Quota): readonly Route[] {
  const { database, clock } = options;
  const lists = LIST_RESOURCES.map((resource): Route => ({
    path: new RegExp(`^/api/${resource.name}$`),
    method: 'GET',
    permission: `${resource.name}.read`,
    answer: ({ query }) => listPage(database, resource, query),
  }));
  const oneContact = /^\/api\/contacts\/(\d{1,9})$/;
  return [
    ...lists,
    {
      path: /^\/api\/me$/,
      method: 'GET',
      answer: (_request, { userId, userName, role, permissions }) => ({
        status: 200,
        body: { data: { id: userId, user_name: userName, role, permissions } },
      }),
    },
    {
      path: /^\/api\/limits$/,
      method: 'GET',
      free: true,
      answer: () => ({ status: 200, body: describeUsage(quota) }),
    },
    {
      path: /^\/api\/settings$/,
      method: 'GET',
      permission: 'settings.read',
      answer: () => ({ status: 200, body: { data: readSettings(database) } }),
    },
    {
      path: /^\/api\/contacts$/,
      method: 'POST',
      permission: 'contacts.write',
      answer: ({ body }) => createContact(database, clock, body),
    },
    {
      path: oneContact,
      method: 'GET',
      permission: 'contacts.read',
      answer: (_request, _caller, id) => findContact(database, id),
    },
    {
      path: oneContact,
      method: 'PATCH',
      permission: 'contacts.write',
      answer: ({ body }, _caller, id) => updateContact(database, clock, id, body),
    },
    {
      path: oneContact,
      method: 'DELETE',
      permission: 'contacts.write',
      answer: (_request, _caller, id) => deleteContact(database, id),
    },
  ];
}

function readSettings(database: Sqlite): unknown {
  const settings = database.get('SELECT audit_trail FROM settings');
  return { audit_trail: settings?.['audit_trail'] === 1 };
}

function describeUsage(quota: Quota): unknown {
  const { limit, used, resetsAt } = quota.read();
  const remaining = Math.max(0, limit - used);
  return { api_calls: { limit, used, remaining, resets_at: resetsAt } };
}

/** The REST API over the database; transport, delays and disturbances are the listener's. */
export function createApi(options: ApiOptions): Api {
  const { database, backend, clock, logger } = options;
  const quota = createQuota(database, clock);
  const routes = createRoutes(options, quota);

  function answerAuthenticated(request: Request, route: Route, id: number): Reply {
    const caller = findCaller(database, clock, request.bearer);
    if (caller === undefined) {
      const headers = { 'WWW-Authenticate': 'Bearer realm="sandbox"' };
      return refuse(401, 'unauthorized', 'the token is missing, unknown or revoked', headers);
    }
    const overQuota = route.free === true ? undefined : quota.count();
    if (overQuota !== undefined) return overQuota;
    if (route.permission !== undefined && !caller.permissions.includes(route.permission)) {
      return refuse(403, 'forbidden', `the token lacks the permission ${route.permission}`);
    }
    return route.answer(request, caller, id);
  }

  function answer(request: Request): Reply {
    if (request.path === '/health') return answerHealth(request);
    if (request.path === '/api/session') {
      return request.method === 'POST'
        ? logIn(database, options, request.body)
        : refuseMethod(['POST']);
    }
    const matching = routes.filter((route) => route.path.test(request.path));
    if (matching.length === 0) return refuse(404, 'not_found', `there is no ${request.path}`);
    const route = matching.find((candidate) => candidate.method === request.method);
    if (route === undefined) return refuseMethod(matching.map(({ method }) => method));
    return answerAuthenticated(request, route, Number(route.path.exec(request.path)?.[1] ?? 0));
  }

  /** The process is up; the database is not asked, as in many health endpoints. */
  function answerHealth({ method }: Request): Reply {
    if (method !== 'GET') return refuseMethod(['GET']);
    return { status: 200, body: { status: 'ok', version: API_VERSION } };
  }

  async function answerPatiently(request: Request): Promise<Reply> {
    if (request.path === '/health') return answer(request);
    if (backend.isGone) {
      return refuse(503, 'database_gone', 'the connection to the database is lost');
    }
    // Within a transaction nobody else could work, and a slow query is no lock.
    if (backend.delayMs > 0) await sleep(clock, backend.delayMs * (0.5 + options.random.next()));
    const giveUpMs = clock.monotonicMs() + options.busyTimeoutMs;
    for (;;) {
      try {
        return database.transaction(() => answer(request));
      } catch (error) {
        if (!isSqliteBusy(error)) throw error;
        if (clock.monotonicMs() >= giveUpMs) {
          return refuse(503, 'database_locked', 'the database is locked', { 'Retry-After': '5' });
        }
        await sleep(clock, BUSY_RETRY_MS);
      }
    }
  }

  return {
    async handle(request) {
      const reply = await answerPatiently(request).catch((error: unknown) => {
        logger.error('the sandbox API failed', { path: request.path, error: errorMessage(error) });
        return refuse(500, 'internal', 'the server made a mistake');
      });
      return { ...reply, headers: { ...quota.headers(), ...reply.headers } };
    },
  };
}

function refuseMethod(allowed: readonly string[]): Reply {
  const message = `only ${allowed.join(', ')} is possible here`;
  return refuse(405, 'method_not_allowed', message, { Allow: allowed.join(', ') });
}

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { yamlOfDocument } from '../../support/connector-support.ts';
import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createClosing, createTargets } from '../../support/targets.ts';
import type { Closing } from '../../support/targets.ts';

export type Connection = Readonly<Record<string, unknown>>;
export type Records = readonly Readonly<Record<string, unknown>>[];
export const EXAMPLE: Connection = (
  yamlOfDocument('docs/connectors/rest.md', 2) as { connection: Connection }
).connection;
export const OBJECTS = {
  contacts: { path: '/api/contacts', items: '/data', fields: { email: '/email' } },
};
export const SECRETS = { CRM_TOKEN: 's3cret', CRM_AUDITOR_KEY: 's3cret-too' };
export const CALL = { timeoutMs: 5000 };
export const SINCE_MS: number = Date.UTC(2026, 0, 5, 8, 30);

/** Of each list, what the path asks for. */
export const LISTS: Readonly<Record<string, Records>> = {
  jobs: [{ state: 'pending', enqueued_at: '2026-01-05T08:00:00' }],
  schedules: [
    { last_run: { state: 'failed' } },
    { last_run: { state: 'done' } },
    { last_run: { state: 'switched_off' } },
  ],
  logins: [
    { at: '2026-01-05T09:29:59+01:00', succeeded: false, reason: 'bad_password' },
    { at: '2026-01-05T08:30:00Z', succeeded: false, reason: 'bad_password' },
    { at: '2026-01-05 08:31:00', succeeded: false, reason: 'no_code' },
    { at: '2026-01-05T08:32:00Z', succeeded: false, reason: 'never heard of' },
    { at: '2026-01-05T08:33:00Z', succeeded: false, reason: null },
    { at: '2026-01-05T08:34:00Z', succeeded: true },
    { at: '2026-01-05T08:00:00Z', succeeded: true },
  ],
  users: [
    user({ roles: ['agent', 'admin'], second_factor: true, last_login_at: '2026-01-04T00:00:00Z' }),
    user({ last_login_at: '2025-01-01T00:00:00Z' }),
    user({ last_login_at: null, locked: true }),
    user({ active: false, roles: ['admin'], locked: true }),
  ],
  audit: [{ action: 'role_changed' }, { action: 'role_given' }, { action: 'read' }],
  tokens: [
    token({ created_at: '2020-01-01T00:00:00Z', active: false }),
    token({ created_at: '2021-01-01T00:00:00Z', expires_at: '2026-01-05T09:00:00Z' }),
    token({ created_at: '2026-01-05T08:00:00Z', expires_at: '2026-01-05T09:00:01Z' }),
    token({ created_at: '2026-01-05T08:30:00Z' }),
  ],
  imports: [{ state: 'failed' }, { state: 'done' }],
  deliveries: [
    { at: '2026-01-05T08:29:59Z', channel: 'webhook', delivered: false },
    { at: '2026-01-05T08:30:00Z', channel: 'webhook', delivered: false },
    { at: '2026-01-05T08:30:00Z', channel: 'mail', delivered: false },
    { at: '2026-01-05T08:30:00Z', channel: 'webhook', delivered: true },
  ],
  contacts: [{ email: 'a@example.com' }],
};

export function user(changes: object): Readonly<Record<string, unknown>> {
  const usual = { active: true, roles: ['agent'], second_factor: null, locked: false };
  return { ...usual, last_login_at: '2026-01-05T00:00:00Z', ...changes };
}

export function token(changes: object): Readonly<Record<string, unknown>> {
  return { active: true, revoked_at: null, expires_at: null, ...changes };
}

const ADMINISTRATOR_ONLY =
  /^\/api\/(jobs|schedules|logins|users|audit|settings|tokens|imports|deliveries)$/;

/** Each identity sees what is its own, and nothing of the other's. */
export function respond({ path, headers }: SeenRequest, lists: typeof LISTS = LISTS): GoodAnswer {
  const url = new URL(path, 'http://crm.test');
  const isData = headers['authorization'] === 'Bearer s3cret';
  const isAuditor = headers['x-api-key'] === 's3cret-too';
  if (isData === isAuditor) return { status: 401, body: {} };
  if (isAuditor !== ADMINISTRATOR_ONLY.test(url.pathname)) return { status: 403, body: {} };
  if (url.pathname === '/api/me') return { body: { id: 1 } };
  if (url.pathname === '/api/settings') return { body: { audit: { enabled: true } } };
  const all = lists[url.pathname.slice('/api/'.length)];
  if (all === undefined) return { status: 404, body: {} };
  const page = Number(url.searchParams.get('page') ?? 1);
  return { body: { data: page === 1 ? all : [], meta: { total: all.length } } };
}

export const closing: Closing = createClosing();
const startTarget = createTargets(closing);

type Setting = {
  readonly lists?: Readonly<Record<string, Records>>;
  readonly changes?: Connection;
  readonly answer?: (request: SeenRequest) => GoodAnswer | undefined;
};

/** The example on a server of its own, and the paths that it is asked for. */
export async function target({ lists, changes, answer }: Setting = {}): Promise<
  [Connector, string[]]
> {
  const paths: string[] = [];
  const [connector] = await startTarget({
    respond: (request) => {
      paths.push(request.path);
      return answer?.(request) ?? respond(request, { ...LISTS, ...lists });
    },
    connection: (url) => ({ ...EXAMPLE, url, ...changes }),
    secrets: SECRETS,
  });
  return [connector, paths];
}

/** A section of the example with other keys. */
export function changed(section: string, keys: object): Connection {
  return { [section]: { ...(EXAMPLE[section] as object), ...keys } };
}

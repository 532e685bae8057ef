import { createHash } from 'node:crypto';

import type { GoodAnswer, SeenRequest } from './fault-server.ts';

type Stored = Readonly<Record<string, string | null>>;

const CONTACTS: readonly Stored[] = [
  {
    id: '12x9',
    lastname: 'Roe',
    email: 'a@example.com',
    account_id: '11x3',
    modifiedtime: '2025-01-01 08:00:00',
    birthday: '0000-00-00',
  },
  {
    id: '12x10',
    lastname: 'Doe',
    email: null,
    account_id: null,
    modifiedtime: '2026-01-01 08:00:00',
    birthday: '1990-05-01',
  },
  {
    id: '12x110',
    lastname: 'Poe',
    email: '',
    account_id: '11x3',
    modifiedtime: '2026-01-02 08:00:00',
    birthday: null,
  },
];

const MODULES: Readonly<Record<string, readonly Stored[]>> = {
  Accounts: [],
  Contacts: CONTACTS,
  Users: [
    { id: '19x1', is_admin: 'on' },
    { id: '19x5', is_admin: 'off' },
    { id: '19x6', is_admin: 'off' },
  ],
};

/** Types as include/Webservices/VtigerModuleOperation.php describes them. */
const TYPES = {
  lastname: 'string',
  email: 'email',
  account_id: 'reference',
  assigned_user_id: 'owner',
  modifiedtime: 'datetime',
  birthday: 'date',
};

/** An error of Vtiger, which comes with 200 (writeErrorOutput in webservice.php). */
export function refuse(code: string, message = ''): GoodAnswer {
  return { body: { success: false, error: { code, message } } };
}

export function succeed(result: unknown): GoodAnswer {
  return { body: { success: true, result } };
}

export const numberOf = (id: string | null | undefined): number => Number(id?.split('x')[1]);

const CONDITION = /^(\w+) (>|<) '([^']+)'$/;

function matches(record: Stored, condition: string): boolean {
  const [, field = '', operator, value = ''] = CONDITION.exec(condition) ?? [];
  if (field === '') throw new Error(`the lexer of Vtiger does not take ${condition}`);
  const own = record[field] ?? null;
  if (own === null) return false;
  const [left, right] =
    field === 'id' ? [numberOf(own), numberOf(value)] : [own.trimEnd(), value.trimEnd()];
  return operator === '>' ? left > right : left < right;
}

/** The grammar of VTQL_Parser.php as far as crmwatch uses it. */
const QUERY =
  /^SELECT (count\(\*\)|[\w, ]+) FROM (\w+)(?: WHERE (.+?))?(?: ORDER BY id( DESC)? LIMIT (\d+))?;$/;

function answerQuery(
  text: string,
  { counts = true }: { readonly counts?: boolean } = {},
): GoodAnswer {
  const [, columns = '', module = '', where, isFalling, limit = '100'] = QUERY.exec(text) ?? [];
  if (columns === '') return refuse('QUERY_SYNTAX_ERROR', 'Syntax Error');
  const stored = Object.hasOwn(MODULES, module) ? MODULES[module] : undefined;
  if (stored === undefined) {
    return refuse(
      'ACCESS_DENIED',
      `Permission to perform the operation is denied for name : ${module}`,
    );
  }
  const conditions = where?.split(' AND ') ?? [];
  const found = stored.filter((record) => conditions.every((one) => matches(record, one)));
  // DataTransform::sanitizeDataWithCountColumn; 8.4 leaves it out.
  if (columns === 'count(*)') return succeed(counts ? [{ count: String(found.length) }] : []);
  const names = columns.split(', ');
  const sign = isFalling === undefined ? 1 : -1;
  const page = found
    .toSorted((a, b) => sign * (numberOf(a['id']) - numberOf(b['id'])))
    .slice(0, Math.min(100, Number(limit)));
  return succeed(
    page.map((record) => Object.fromEntries(names.map((name) => [name, record[name] ?? null]))),
  );
}

/** A server with what it keeps of one user: the challenge, of which there is one, and sessions. */
export function createVtiger({
  counts = true,
  isAdministrator = true,
  user = 'monitor',
}: {
  counts?: boolean;
  isAdministrator?: boolean;
  user?: string;
} = {}): (request: SeenRequest) => GoodAnswer {
  let challenges = 0;
  const sessions = new Set<string>();
  // The session of another user has a name that shows whose it is.
  const prefix = user === 'monitor' ? '' : `${user}-`;
  function logIn(form: URLSearchParams): GoodAnswer {
    const expected = createHash('md5').update(`token${challenges}s3cret`).digest('hex');
    if (form.get('operation') !== 'login') return { status: 405, body: '' };
    if (form.get('username') !== user || form.get('accessKey') !== expected) {
      return refuse('INVALID_USER_CREDENTIALS', 'Invalid username or password');
    }
    const sessionName = `session-s3cret-${prefix}${sessions.size}`;
    sessions.add(sessionName);
    return succeed({
      sessionName,
      userId: '19x5',
      version: '0.22',
      vtigerVersion: '8.2.0',
      is_admin: isAdministrator ? 'on' : 'off',
    });
  }
  return ({ method, path, body }) => {
    const url = new URL(path, 'http://crm.test');
    if (url.pathname !== '/webservice.php') return { status: 404, body: '' };
    if (method === 'POST') return logIn(new URLSearchParams(body));
    if (method !== 'GET') return { status: 405, body: '' };
    const query = url.searchParams;
    if (query.get('operation') === 'getchallenge') {
      if (query.get('username') !== user) {
        return refuse('ACCESS_DENIED', 'username does not exists');
      }
      challenges += 1;
      return succeed({ token: `token${challenges}`, serverTime: 1, expireTime: 301 });
    }
    const session = query.get('sessionName');
    if (session === null) return refuse('AUTHENTICATION_REQUIRED', 'Authencation required');
    if (!sessions.has(session)) return refuse('INVALID_SESSIONID', 'Session Identifier is Invalid');
    switch (query.get('operation')) {
      case 'listtypes':
        return succeed({ types: Object.keys(MODULES), information: {} });
      case 'describe':
        return succeed({
          fields: Object.entries(TYPES).map(([name, type]) => ({ name, type: { name: type } })),
        });
      case 'query':
        return answerQuery(query.get('query') ?? '', { counts });
      default:
        return { status: 404, body: '' };
    }
  };
}

import { secretsEqual, sha256Hex } from '../../std/std.ts';
import type { Clock, Random } from '../../std/std.ts';
import type { Sqlite } from '../../store/store.ts';

import { HOUR_MS, toIso } from '../invent/times.ts';
import { refuse } from './messages.ts';
import type { Reply } from './messages.ts';

const SESSION_MS = HOUR_MS;

export type Caller = {
  readonly userId: number;
  readonly userName: string;
  readonly role: string;
  readonly permissions: readonly string[];
};

export function createToken(random: Random): string {
  return `sbx_${Buffer.from(random.bytes(24)).toString('base64url')}`;
}

/** Whose token this is; undefined when it is unknown, revoked or over. */
export function findCaller(
  database: Sqlite,
  clock: Clock,
  bearer: string | undefined,
): Caller | undefined {
  if (bearer === undefined) return undefined;
  // Looking up a hash leaks nothing useful about the token through timing.
  const row = database.get(
    `SELECT users.id, user_name, role FROM tokens JOIN users ON users.id = user_id
     WHERE token_hash = ? AND revoked = 0 AND active = 1
       AND (expires_at IS NULL OR expires_at > ?)`,
    sha256Hex(bearer),
    toIso(clock.now()),
  );
  if (row === undefined) return undefined;
  const userId = Number(row['id']);
  const rows = database.all('SELECT permission FROM permissions WHERE user_id = ?', userId);
  return {
    userId,
    userName: String(row['user_name']),
    role: String(row['role']),
    permissions: rows.map((each) => String(each['permission'])),
  };
}

/** Logs a user in: notes the attempt in the log and gives a token for an hour, or 401. */
export function logIn(
  database: Sqlite,
  options: { readonly clock: Clock; readonly random: Random },
  body: unknown,
): Reply {
  const { clock, random } = options;
  const { user, password } = (body ?? {}) as { user?: unknown; password?: unknown };
  if (typeof user !== 'string' || typeof password !== 'string') {
    return refuse(400, 'bad_request', 'the body must be {"user": "...", "password": "..."}');
  }
  const row = database.get(
    'SELECT id, password_hash FROM users WHERE user_name = ? AND active = 1 AND locked = 0',
    user,
  );
  const known = database.get('SELECT id FROM users WHERE user_name = ?', user)?.['id'] ?? null;
  // A hash of "nothing" keeps the work equal for users that do not exist.
  const succeeded = secretsEqual(sha256Hex(password), String(row?.['password_hash'] ?? 'none'));
  const now = toIso(clock.now());
  database.run(
    'INSERT INTO logins (user_id, succeeded, at) VALUES (?, ?, ?)',
    known,
    succeeded ? 1 : 0,
    now,
  );
  if (!succeeded) {
    return refuse(401, 'invalid_credentials', 'the user name or the password is wrong');
  }
  const token = createToken(random);
  const expiresAt = toIso(clock.now() + SESSION_MS);
  database.run('UPDATE users SET last_login_at = ? WHERE id = ?', now, known);
  database.run(
    'INSERT INTO tokens (token_hash, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
    sha256Hex(token),
    known,
    now,
    expiresAt,
  );
  return { status: 200, body: { token, expires_at: expiresAt } };
}

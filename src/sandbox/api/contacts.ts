import type { Clock } from '../../std/std.ts';
import type { SqlValue, Sqlite } from '../../store/store.ts';

import { toIso } from '../invent/times.ts';
import { refuse } from './messages.ts';
import type { Reply } from './messages.ts';

/** No client may fill the disk. */
const CONTACT_LIMIT = 100_000;
const TEXT_LIMIT = 500;
const TEXT_FIELDS = ['first_name', 'last_name', 'email', 'phone', 'country'] as const;
/** As in many CRMs, an import may bring the times of the system that it comes from. */
const TIME_FIELDS = ['created_at', 'updated_at'] as const;

type Values = ReadonlyMap<string, SqlValue>;

function decodeField(name: string, value: unknown): SqlValue | undefined {
  if (name === 'account_id') return Number.isSafeInteger(value) ? (value as number) : undefined;
  if ((TEXT_FIELDS as readonly string[]).includes(name)) {
    if (value === null) return null;
    return typeof value === 'string' && value.length <= TEXT_LIMIT ? value : undefined;
  }
  if ((TIME_FIELDS as readonly string[]).includes(name) && typeof value === 'string') {
    const timeMs = Date.parse(value);
    return Number.isNaN(timeMs) ? undefined : toIso(timeMs);
  }
  return undefined;
}

function decodeContact(body: unknown): Values | Reply {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse(400, 'bad_request', 'the body must be a JSON object with fields of a contact');
  }
  const values = new Map<string, SqlValue>();
  for (const [name, value] of Object.entries(body)) {
    const decoded = decodeField(name, value);
    if (decoded === undefined) {
      return refuse(400, 'bad_request', `${name} is no field of a contact or has a wrong value`);
    }
    values.set(name, decoded);
  }
  return values;
}

export function findContact(database: Sqlite, id: number): Reply {
  const data = database.get('SELECT * FROM contacts WHERE id = ?', id);
  if (data === undefined) return refuse(404, 'not_found', `there is no contact ${id}`);
  return { status: 200, body: { data } };
}

/** Column names come from the closed lists above, never from the client. */
export function createContact(database: Sqlite, clock: Clock, body: unknown): Reply {
  const decoded = decodeContact(body);
  if ('status' in decoded) return decoded;
  if (!decoded.has('last_name')) return refuse(400, 'bad_request', 'last_name is missing');
  const count = Number(database.get('SELECT count(*) AS count FROM contacts')?.['count']);
  if (count >= CONTACT_LIMIT) {
    return refuse(400, 'limit_reached', `there are ${CONTACT_LIMIT} contacts already`);
  }
  const now = toIso(clock.now());
  const values = new Map<string, SqlValue>([['created_at', now], ['updated_at', now], ...decoded]);
  const columns = [...values.keys()].join(', ');
  const marks = [...values.keys()].map(() => '?').join(', ');
  const { lastInsertId } = database.run(
    `INSERT INTO contacts (${columns}) VALUES (${marks})`,
    ...values.values(),
  );
  return { ...findContact(database, lastInsertId), status: 201 };
}

export function updateContact(database: Sqlite, clock: Clock, id: number, body: unknown): Reply {
  const decoded = decodeContact(body);
  if ('status' in decoded) return decoded;
  const values = new Map<string, SqlValue>([['updated_at', toIso(clock.now())], ...decoded]);
  const changes = [...values.keys()].map((column) => `${column} = ?`).join(', ');
  database.run(`UPDATE contacts SET ${changes} WHERE id = ?`, ...values.values(), id);
  return findContact(database, id);
}

export function deleteContact(database: Sqlite, id: number): Reply {
  const found = findContact(database, id);
  if (found.status === 200) database.run('DELETE FROM contacts WHERE id = ?', id);
  return found;
}

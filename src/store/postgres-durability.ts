import type { ClientBase } from 'pg';

import { CrmwatchError } from '../std/std.ts';

/** With these a COMMIT that was answered is on the disk of the server; see its manual, "Asynchronous Commit". */
const DURABLE_COMMITS = ['on', 'remote_apply', 'remote_write'];
const OLDEST_VERSION = 130_000;

type Facts = {
  readonly synchronous_commit: string;
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly version: string;
  readonly is_standby: boolean | string;
};

const QUESTION = `SELECT current_setting('synchronous_commit') AS synchronous_commit,
  current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
  current_setting('server_version_num') AS version, pg_is_in_recovery() AS is_standby`;

/**
 * Asks the session itself, since each of these can differ by server, database, user and session. Throws
 * `store_incompatible` when a commit could be lost, unless that is allowed, and `store_unavailable` on a standby.
 */
export async function assertDurable(
  client: ClientBase,
  place: string,
  { allowUnsafeDurability }: { readonly allowUnsafeDurability: boolean },
): Promise<void> {
  const { rows } = await client.query<Facts>(QUESTION);
  const [facts] = rows;
  if (facts === undefined) throw new Error('the server told nothing about itself');
  if (Number(facts.version) < OLDEST_VERSION) {
    throw new CrmwatchError('store_incompatible', `${place} is older than version 13`, {
      remedy: 'use a PostgreSQL that is still maintained',
    });
  }
  if (facts.is_standby === true) {
    throw new CrmwatchError('store_unavailable', `${place} is a standby, which only reads`, {
      remedy: 'connect to the primary, or wait until this server was promoted',
    });
  }
  const unsafe = unsafeSettings(facts);
  if (unsafe.length === 0 || allowUnsafeDurability) return;
  throw new CrmwatchError(
    'store_incompatible',
    `${place} runs with ${unsafe.join(' and ')}: what it commits can be lost`,
    {
      remedy:
        'set synchronous_commit, fsync and full_page_writes to on for this database and user, or write ' +
        'allow_unsafe_durability: true in responder.store if losing alerts is acceptable',
    },
  );
}

function unsafeSettings(facts: Facts): readonly string[] {
  const isDurable = DURABLE_COMMITS.includes(facts.synchronous_commit);
  return [
    ...(isDurable ? [] : [`synchronous_commit=${facts.synchronous_commit}`]),
    ...(facts.fsync === 'on' ? [] : [`fsync=${facts.fsync}`]),
    ...(facts.full_page_writes === 'on' ? [] : [`full_page_writes=${facts.full_page_writes}`]),
  ];
}

import { inventUpdatedAt, MINUTE_MS, toIso } from '../invent/times.ts';
import {
  freeRows,
  noteLastId,
  noteAdded,
  restoreRows,
  spoilColumn,
  takeLastId,
} from '../kept-rows.ts';
import type { World } from '../world.ts';
import { affectedCount } from './fault.ts';
import type { Fault } from './fault.ts';

const ID = 'integration_stopped';
const JOB_NAME = 'synchronise_erp';
const ACCOUNTS_FROM = 0.5;
const FAILING_EVERY_MS = 3000;

/** One more run of the integration, which has failed. */
function failOnce({ database }: World, atMs: number): number {
  const at = toIso(atMs);
  return database.run(
    `INSERT INTO jobs (name, state, enqueued_at, started_at, finished_at) VALUES (?, 'failed', ?, ?, ?)`,
    JOB_NAME,
    at,
    at,
    at,
  ).lastInsertId;
}

export const integrationStopped: Fault = {
  id: ID,
  faultClass: 'integration_sync',
  title: 'Integration stopped',
  description:
    'The integration that feeds deals (from 0.5 on accounts) fails at each run, every three seconds and 20 to 120 times before; what it feeds was last ' +
    'updated more than 400 days ago. Everything else goes on.',
  changesData: true,
  break(world, intensity) {
    const { database, clock, random } = world;
    const table = intensity < ACCOUNTS_FROM ? 'deals' : 'accounts';
    const ids = freeRows(
      database,
      table,
      'updated_at',
      affectedCount(world, table, 0.2 + intensity),
    );
    spoilColumn(database, ID, { table, column: 'updated_at' }, ids, () =>
      inventUpdatedAt(clock.now(), true, random),
    );
    const failures = Math.round(20 + 100 * intensity);
    for (let index = failures; index > 0; index--) {
      noteAdded(database, ID, 'jobs', failOnce(world, clock.now() - index * MINUTE_MS));
    }
    noteLastId(database, ID, 'jobs');
    world.hold(
      ID,
      world.every(FAILING_EVERY_MS, () => void failOnce(world, clock.now())),
    );
  },
  mend(world) {
    world.release(ID);
    const { database } = world;
    const before = takeLastId(database, ID, 'jobs');
    database.run('DELETE FROM jobs WHERE name = ? AND id > ?', JOB_NAME, before);
    restoreRows(database, ID);
  },
};

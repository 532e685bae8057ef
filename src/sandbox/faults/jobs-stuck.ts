import { noteAdded, restoreRows } from '../kept-rows.ts';
import { MINUTE_MS, toIso } from '../invent/times.ts';
import { pick } from '../invent/pick.ts';
import { JOB_NAMES } from '../invent/words.ts';
import type { Fault } from './fault.ts';

const ID = 'jobs_stuck';

export const jobsStuck: Fault = {
  id: ID,
  faultClass: 'background_jobs',
  title: 'Background jobs stuck',
  description:
    'The worker stops. Jobs that it should have done up to an hour ago are still pending, and new ' +
    'ones join them.',
  changesData: true,
  break({ worker, database, clock, random }, intensity) {
    worker.pause();
    const count = Math.round(20 + 180 * intensity);
    const spanMs = (10 + 50 * intensity) * MINUTE_MS;
    for (let index = 0; index < count; index++) {
      const enqueuedAt = toIso(clock.now() - (spanMs * (count - index)) / count);
      const { lastInsertId } = database.run(
        `INSERT INTO jobs (name, state, enqueued_at) VALUES (?, 'pending', ?)`,
        pick(JOB_NAMES, random),
        enqueuedAt,
      );
      noteAdded(database, ID, 'jobs', lastInsertId);
    }
  },
  mend({ worker, database, clock }) {
    restoreRows(database, ID);
    // The worker catches up at once with what came in meanwhile.
    database.run(
      `UPDATE jobs SET state = 'done', started_at = coalesce(started_at, ?1), finished_at = ?1
       WHERE state IN ('pending', 'running')`,
      toIso(clock.now()),
    );
    worker.resume();
  },
};

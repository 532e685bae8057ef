import { restoreRows, spoilColumn } from '../kept-rows.ts';
import type { Fault } from './fault.ts';

const ID = 'quota_exhausted';
const EATING_INTERVAL_MS = 1000;

export const quotaExhausted: Fault = {
  id: ID,
  faultClass: 'rate_limit_or_quota',
  title: 'API quota exhausted',
  description:
    'Another integration has used up the calls of the day and goes on doing so; calls get 429 with ' +
    'Retry-After. /api/limits still answers.',
  changesData: true,
  break(world) {
    const { database } = world;
    const eat = (): void =>
      void database.run('UPDATE api_usage SET used = call_limit WHERE used < call_limit');
    spoilColumn(database, ID, { table: 'api_usage', column: 'used' }, [1], (old) => old);
    eat();
    // The quota starts anew at midnight, and the other integration eats it again.
    world.hold(ID, world.every(EATING_INTERVAL_MS, eat));
  },
  mend(world) {
    world.release(ID);
    restoreRows(world.database, ID);
  },
};

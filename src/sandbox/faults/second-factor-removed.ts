import { freeRows, restoreRows, spoilColumn } from '../kept-rows.ts';
import { affectedCount } from './fault.ts';
import type { Fault } from './fault.ts';

const ID = 'second_factor_removed';

export const secondFactorRemoved: Fault = {
  id: ID,
  faultClass: 'privilege_change',
  title: 'Second factor removed',
  description: 'Somebody has switched off the second factor of 50 % to 100 % of the users.',
  changesData: true,
  break(world, intensity) {
    const { database } = world;
    // Half of what the data faults spoil at most would leave the coverage above any sensible threshold.
    const count = affectedCount(world, 'users', 0.8 + intensity);
    const ids = freeRows(database, 'users', 'second_factor', count, 'second_factor = 1');
    spoilColumn(database, ID, { table: 'users', column: 'second_factor' }, ids, () => 0);
  },
  mend: ({ database }) => restoreRows(database, ID),
};

import { freeRows, restoreRows, spoilColumn } from '../kept-rows.ts';
import { inventUpdatedAt } from '../invent/times.ts';
import { affectedCount } from './fault.ts';
import type { Fault } from './fault.ts';

const ID = 'records_stale';

export const recordsStale: Fault = {
  id: ID,
  faultClass: 'data_decay',
  title: 'Records stale',
  description:
    'A synchronisation has put old copies back: 10 % to 60 % of accounts, contacts and deals were ' +
    'last updated more than 400 days ago.',
  changesData: true,
  break(world, intensity) {
    const { database, clock, random } = world;
    for (const table of ['accounts', 'contacts', 'deals']) {
      const ids = freeRows(database, table, 'updated_at', affectedCount(world, table, intensity));
      const target = { table, column: 'updated_at' };
      spoilColumn(database, ID, target, ids, () => inventUpdatedAt(clock.now(), true, random));
    }
  },
  mend: ({ database }) => restoreRows(database, ID),
};

import { WHOLE_ROW, deleteRows, freeRows, restoreRows } from '../kept-rows.ts';
import { affectedCount } from './fault.ts';
import type { Fault } from './fault.ts';

const ID = 'records_deleted';

export const recordsDeleted: Fault = {
  id: ID,
  faultClass: 'data_decay',
  title: 'Records deleted',
  description: 'Somebody has deleted 10 % to 60 % of the contacts and deals.',
  changesData: true,
  break(world, intensity) {
    const { database } = world;
    for (const table of ['contacts', 'deals']) {
      const ids = freeRows(database, table, WHOLE_ROW, affectedCount(world, table, intensity));
      deleteRows(database, ID, table, ids);
    }
  },
  mend: ({ database }) => restoreRows(database, ID),
};

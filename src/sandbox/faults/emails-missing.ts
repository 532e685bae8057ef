import { freeRows, restoreRows, spoilColumn } from '../kept-rows.ts';
import { affectedCount } from './fault.ts';
import type { Fault } from './fault.ts';

const ID = 'emails_missing';

export const emailsMissing: Fault = {
  id: ID,
  faultClass: 'data_quality_import',
  title: 'E-mail addresses missing',
  description: 'An import has emptied the e-mail address of 10 % to 60 % of the contacts.',
  changesData: true,
  break(world, intensity) {
    const { database } = world;
    const count = affectedCount(world, 'contacts', intensity);
    const ids = freeRows(database, 'contacts', 'email', count, 'email IS NOT NULL');
    spoilColumn(database, ID, { table: 'contacts', column: 'email' }, ids, () => null);
  },
  mend: ({ database }) => restoreRows(database, ID),
};

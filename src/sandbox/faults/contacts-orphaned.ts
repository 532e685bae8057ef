import { freeRows, restoreRows, spoilColumn } from '../kept-rows.ts';
import { FIRST_ORPHAN_ACCOUNT_ID } from '../invent/customers.ts';
import { affectedCount } from './fault.ts';
import type { Fault } from './fault.ts';

const ID = 'contacts_orphaned';

export const contactsOrphaned: Fault = {
  id: ID,
  faultClass: 'data_decay',
  title: 'Contacts orphaned',
  description: 'A merge of accounts went wrong: 10 % to 60 % of contacts point at no account.',
  changesData: true,
  break(world, intensity) {
    const { database } = world;
    const count = affectedCount(world, 'contacts', intensity);
    const ids = freeRows(database, 'contacts', 'account_id', count);
    const target = { table: 'contacts', column: 'account_id' };
    spoilColumn(database, ID, target, ids, (_old, id) => FIRST_ORPHAN_ACCOUNT_ID + id);
  },
  mend: ({ database }) => restoreRows(database, ID),
};

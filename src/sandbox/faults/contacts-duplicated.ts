import { WHOLE_ROW, freeRows, noteAdded, restoreRows } from '../kept-rows.ts';
import { toIso } from '../invent/times.ts';
import { affectedCount } from './fault.ts';
import type { Fault } from './fault.ts';

const ID = 'contacts_duplicated';

export const contactsDuplicated: Fault = {
  id: ID,
  faultClass: 'data_quality_import',
  title: 'Contacts duplicated',
  description: 'An import has run twice: 10 % to 60 % of the contacts exist once more.',
  changesData: true,
  break(world, intensity) {
    const { database } = world;
    const count = affectedCount(world, 'contacts', intensity);
    for (const id of freeRows(database, 'contacts', WHOLE_ROW, count)) {
      const { lastInsertId } = database.run(
        `INSERT INTO contacts (account_id, first_name, last_name, email, phone, country,
           created_at, updated_at)
         SELECT account_id, first_name, last_name, email, phone, country, ?1, ?1
         FROM contacts WHERE id = ?2`,
        toIso(world.clock.now()),
        id,
      );
      noteAdded(database, ID, 'contacts', lastInsertId);
    }
  },
  mend: ({ database }) => restoreRows(database, ID),
};

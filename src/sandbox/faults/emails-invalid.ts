import { freeRows, restoreRows, spoilColumn } from '../kept-rows.ts';
import { inventBrokenPhone } from '../invent/phones.ts';
import { affectedCount } from './fault.ts';
import type { Fault } from './fault.ts';

const ID = 'emails_invalid';

/** The ways in which people and imports spoil an address; none of them is a valid one. */
const SPOILS: readonly ((email: string) => string)[] = [
  (email) => email.replace('@', ' at '),
  (email) => email.replace(/@.*/, '@'),
  (email) => email.replace('@', '@@'),
  (email) => `${email} (private)`,
  () => 'unknown',
];

export const emailsInvalid: Fault = {
  id: ID,
  faultClass: 'data_quality_import',
  title: 'E-mail addresses and phones invalid',
  description:
    'A form without checks has filled 10 % to 60 % of e-mail addresses and phones with rubbish.',
  changesData: true,
  break(world, intensity) {
    const { database, random } = world;
    const count = affectedCount(world, 'contacts', intensity);
    const emails = freeRows(database, 'contacts', 'email', count, 'email IS NOT NULL');
    spoilColumn(database, ID, { table: 'contacts', column: 'email' }, emails, (old, id) =>
      (SPOILS[id % SPOILS.length] ?? String)(String(old)),
    );
    const phones = freeRows(database, 'contacts', 'phone', count, 'phone IS NOT NULL');
    spoilColumn(database, ID, { table: 'contacts', column: 'phone' }, phones, () =>
      inventBrokenPhone(random),
    );
  },
  mend: ({ database }) => restoreRows(database, ID),
};

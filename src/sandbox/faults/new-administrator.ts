import { freeRows, restoreRows, spoilColumn } from '../kept-rows.ts';
import type { Fault } from './fault.ts';

const ID = 'new_administrator';

export const newAdministrator: Fault = {
  id: ID,
  faultClass: 'privilege_change',
  title: 'New administrator',
  description: 'One to four agents become administrators.',
  changesData: true,
  break({ database, monitorUserId }, intensity) {
    const count = Math.max(1, Math.ceil(intensity * 4));
    const condition = `role = 'agent' AND active = 1 AND id <> ${monitorUserId}`;
    const ids = freeRows(database, 'users', 'role', count, condition);
    spoilColumn(database, ID, { table: 'users', column: 'role' }, ids, () => 'admin');
  },
  mend: ({ database }) => restoreRows(database, ID),
};

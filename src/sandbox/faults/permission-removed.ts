import { PERMISSIONS } from '../database.ts';
import { deleteRows, restoreRows } from '../kept-rows.ts';
import type { Fault } from './fault.ts';

const ID = 'permission_removed';

export const permissionRemoved: Fault = {
  id: ID,
  faultClass: 'authorization',
  title: 'Permission removed',
  description:
    'The monitoring user loses the right to read some objects, contacts first; those get 403.',
  changesData: true,
  break({ database, monitorUserId }, intensity) {
    const lost = PERMISSIONS.slice(0, 1 + Math.round(intensity * 4));
    const rows = database.all(
      'SELECT id, permission FROM permissions WHERE user_id = ?',
      monitorUserId,
    );
    const ids = rows.filter((row) => lost.includes(String(row['permission'])));
    deleteRows(
      database,
      ID,
      'permissions',
      ids.map((row) => Number(row['id'])),
    );
  },
  mend: ({ database }) => restoreRows(database, ID),
};

import { restoreRows, spoilColumn } from '../kept-rows.ts';
import type { Fault } from './fault.ts';

const ID = 'credentials_revoked';

export const credentialsRevoked: Fault = {
  id: ID,
  faultClass: 'credential_failure',
  title: 'Credentials revoked',
  description:
    'The tokens of the monitoring user are revoked and its log-in is locked; calls get 401.',
  changesData: true,
  break({ database, monitorUserId }) {
    const tokens = database.all('SELECT id FROM tokens WHERE user_id = ?', monitorUserId);
    const ids = tokens.map((row) => Number(row['id']));
    spoilColumn(database, ID, { table: 'tokens', column: 'revoked' }, ids, () => 1);
    spoilColumn(database, ID, { table: 'users', column: 'locked' }, [monitorUserId], () => 1);
  },
  mend: ({ database }) => restoreRows(database, ID),
};

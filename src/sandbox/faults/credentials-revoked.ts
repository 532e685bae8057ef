import { restoreRows, spoilColumn } from '../kept-rows.ts';
import type { Fault } from './fault.ts';

const ID = 'credentials_revoked';
const SESSIONS_END_FROM = 0.5;

export const credentialsRevoked: Fault = {
  id: ID,
  faultClass: 'authentication',
  title: 'Credentials revoked',
  description:
    'The tokens of the monitoring user are revoked and its log-in is locked; calls get 401. Below 0.5 its ' +
    'sessions live on, as after a new password, and only new log-ins fail.',
  changesData: true,
  break({ database, monitorUserId }, intensity) {
    // Tokens without an end are API tokens, the others belong to sessions.
    const which = intensity < SESSIONS_END_FROM ? 'AND expires_at IS NULL' : '';
    const tokens = database.all(`SELECT id FROM tokens WHERE user_id = ? ${which}`, monitorUserId);
    const ids = tokens.map((row) => Number(row['id']));
    spoilColumn(database, ID, { table: 'tokens', column: 'revoked' }, ids, () => 1);
    spoilColumn(database, ID, { table: 'users', column: 'locked' }, [monitorUserId], () => 1);
  },
  mend: ({ database }) => restoreRows(database, ID),
};

import type { Fault } from './fault.ts';

export const databaseGone: Fault = {
  id: 'database_gone',
  faultClass: 'database',
  title: 'Database gone',
  description:
    'The connection to the database is lost: each call that needs it gets 503 at once, /health goes on.',
  break({ backend }) {
    backend.isGone = true;
  },
  mend({ backend }) {
    backend.isGone = false;
  },
};

import type { Fault } from './fault.ts';

export const databaseSlow: Fault = {
  id: 'database_slow',
  faultClass: 'database',
  title: 'Database slow',
  description:
    'Each call waits 1.5 to 6 seconds for its query, as with a lost index; /health is as fast as ever.',
  break({ backend }, intensity) {
    backend.delayMs = 1500 + 4500 * intensity;
  },
  mend({ backend }) {
    backend.delayMs = 0;
  },
};

import type { FrontFault } from './fault.ts';

const ID = 'server_errors';
/** From here on the whole server is broken, below only its application. */
const HEALTH_FROM = 0.5;

export const serverErrors: FrontFault = {
  id: ID,
  faultClass: 'server_error',
  title: 'Server errors',
  description: '50 % to 100 % of the calls get 500, 502 or 503 at once; from 0.5 on /health too.',
  break({ disturbance }, intensity) {
    disturbance.refusals.set(ID, {
      ratio: 0.5 + 0.5 * intensity,
      statuses: [500, 500, 502, 503],
      hitsHealth: intensity >= HEALTH_FROM,
    });
  },
  mend: ({ disturbance }) => void disturbance.refusals.delete(ID),
};

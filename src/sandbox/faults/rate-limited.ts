import type { FrontFault } from './fault.ts';

const ID = 'rate_limited';
/** So short that a client cannot take it for the end of the day's allowance. */
const RETRY_AFTER_SECONDS = 5;

export const rateLimited: FrontFault = {
  id: ID,
  faultClass: 'rate_limit_or_quota',
  title: 'Rate limited',
  description:
    'A gateway allows fewer calls a second: 50 % to 100 % of them get 429 with Retry-After. /health is spared.',
  break({ disturbance }, intensity) {
    disturbance.refusals.set(ID, {
      ratio: 0.5 + 0.5 * intensity,
      statuses: [429],
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      hitsHealth: false,
    });
  },
  mend: ({ disturbance }) => void disturbance.refusals.delete(ID),
};

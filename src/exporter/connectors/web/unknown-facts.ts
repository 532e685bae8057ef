import type { Unknown } from '../../../std/std.ts';
import type { AccountFacts, JobFacts } from '../connector.ts';

/** Jobs of which nothing can be known, for one reason. */
export function unknownJobs(why: Unknown): JobFacts {
  return { byState: { pending: why, running: why, failed: why }, oldestPendingAgeSeconds: why };
}

/** Accounts of which nothing can be known, for one reason. */
export function unknownAccounts(why: Unknown): AccountFacts {
  return { activeUsers: why, privilegedUsers: why, secondFactorUsers: why };
}

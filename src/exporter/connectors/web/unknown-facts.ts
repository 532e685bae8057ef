import { unknown } from '../../../std/std.ts';
import type { Unknown } from '../../../std/std.ts';
import type {
  AccountFacts,
  ApiTokenFacts,
  AuditFacts,
  IntegrationFacts,
  JobFacts,
  LoginCounts,
} from '../connector.ts';

/** Jobs of which nothing can be known, for one reason. */
export function unknownJobs(why: Unknown): JobFacts {
  return {
    byState: { pending: why, running: why, failed: why },
    oldestPendingAgeSeconds: why,
    failedSchedules: why,
  };
}

/** Accounts of which nothing can be known, for one reason. */
export function unknownAccounts(why: Unknown): AccountFacts {
  return { activeUsers: why, privilegedUsers: why, secondFactorUsers: why };
}

/** Log-ins of which nothing can be known, for one reason. */
export function unknownLogins(why: Unknown): LoginCounts {
  return { failed: why, succeeded: why, failedByReason: why };
}

/** An audit trail of which nothing can be known, for one reason. */
export function unknownAuditTrail(why: Unknown): AuditFacts {
  return { isRecording: why, permissionChanges: why, massExports: why };
}

const TRAIL_OFF = unknown('not_configured', 'the audit trail is off');

/** A trail that is switched off holds only a part of what happened, which would pass for all of it. */
export function unlessOff(facts: AuditFacts): AuditFacts {
  const { isRecording } = facts;
  const isOff = isRecording.known && !isRecording.value;
  return isOff ? { isRecording, permissionChanges: TRAIL_OFF, massExports: TRAIL_OFF } : facts;
}

/** Tokens of which nothing can be known, for one reason. */
export function unknownApiTokens(why: Unknown): ApiTokenFacts {
  return { active: why, oldestAgeSeconds: why };
}

/** Integrations of which nothing can be known, for one reason. */
export function unknownIntegrations(
  kinds: readonly IntegrationFacts['integration'][],
  why: Unknown,
): readonly IntegrationFacts[] {
  return kinds.map((integration) => ({ integration, failures: why }));
}

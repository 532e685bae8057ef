import { breakIn } from './break-in.ts';
import { certificateExpired } from './certificate-expired.ts';
import { certificateUntrusted } from './certificate-untrusted.ts';
import { contactsDuplicated } from './contacts-duplicated.ts';
import { contactsOrphaned } from './contacts-orphaned.ts';
import { credentialsRevoked } from './credentials-revoked.ts';
import { databaseGone } from './database-gone.ts';
import { databaseLocked } from './database-locked.ts';
import { databaseSlow } from './database-slow.ts';
import { emailsInvalid } from './emails-invalid.ts';
import { emailsMissing } from './emails-missing.ts';
import { endpointsMissing } from './endpoints-missing.ts';
import { failedLoginsBurst } from './failed-logins-burst.ts';
import type { Fault, FrontFault } from './fault.ts';
import { fieldsRenamed } from './fields-renamed.ts';
import { integrationStopped } from './integration-stopped.ts';
import { jobsStuck } from './jobs-stuck.ts';
import { loginPage } from './login-page.ts';
import { networkLossy } from './network-lossy.ts';
import { networkResets } from './network-resets.ts';
import { networkSilent } from './network-silent.ts';
import { networkSlow } from './network-slow.ts';
import { newAdministrator } from './new-administrator.ts';
import { overloaded } from './overloaded.ts';
import { permissionRemoved } from './permission-removed.ts';
import { quotaExhausted } from './quota-exhausted.ts';
import { rateLimited } from './rate-limited.ts';
import { recordsDeleted } from './records-deleted.ts';
import { recordsStale } from './records-stale.ts';
import { secondFactorRemoved } from './second-factor-removed.ts';
import { serverErrors } from './server-errors.ts';
import { serviceStopped } from './service-stopped.ts';
import { truncatedJson } from './truncated-json.ts';

/** Faults that need nothing but a front, so that they can be had with any CRM behind it. */
export const FRONT_FAULTS: readonly FrontFault[] = [
  serviceStopped,
  networkSlow,
  networkLossy,
  networkResets,
  networkSilent,
  certificateExpired,
  certificateUntrusted,
  overloaded,
  serverErrors,
  rateLimited,
  loginPage,
  truncatedJson,
];

/** Every fault, in the order in which people see them: the front, database, access, answers, jobs, security, data. */
export const FAULTS: readonly Fault[] = [
  ...FRONT_FAULTS,
  databaseLocked,
  databaseGone,
  databaseSlow,
  credentialsRevoked,
  permissionRemoved,
  quotaExhausted,
  fieldsRenamed,
  endpointsMissing,
  jobsStuck,
  integrationStopped,
  failedLoginsBurst,
  breakIn,
  newAdministrator,
  secondFactorRemoved,
  emailsMissing,
  emailsInvalid,
  contactsDuplicated,
  contactsOrphaned,
  recordsStale,
  recordsDeleted,
];

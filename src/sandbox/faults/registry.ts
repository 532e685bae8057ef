import { certificateExpired } from './certificate-expired.ts';
import { contactsDuplicated } from './contacts-duplicated.ts';
import { contactsOrphaned } from './contacts-orphaned.ts';
import { credentialsRevoked } from './credentials-revoked.ts';
import { databaseLocked } from './database-locked.ts';
import { emailsInvalid } from './emails-invalid.ts';
import { emailsMissing } from './emails-missing.ts';
import { failedLoginsBurst } from './failed-logins-burst.ts';
import type { Fault } from './fault.ts';
import { jobsStuck } from './jobs-stuck.ts';
import { loginPage } from './login-page.ts';
import { networkSlow } from './network-slow.ts';
import { newAdministrator } from './new-administrator.ts';
import { permissionRemoved } from './permission-removed.ts';
import { quotaExhausted } from './quota-exhausted.ts';
import { recordsDeleted } from './records-deleted.ts';
import { recordsStale } from './records-stale.ts';
import { serviceStopped } from './service-stopped.ts';
import { truncatedJson } from './truncated-json.ts';

/** Every fault, in the order in which people see them: reachability, access, quota, answers, security, data. */
export const FAULTS: readonly Fault[] = [
  serviceStopped,
  databaseLocked,
  networkSlow,
  certificateExpired,
  credentialsRevoked,
  permissionRemoved,
  quotaExhausted,
  loginPage,
  truncatedJson,
  jobsStuck,
  failedLoginsBurst,
  newAdministrator,
  emailsMissing,
  emailsInvalid,
  contactsDuplicated,
  contactsOrphaned,
  recordsStale,
  recordsDeleted,
];

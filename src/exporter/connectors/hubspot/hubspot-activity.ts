import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { AuditFacts, IntegrationFacts, LoginCounts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import { unknownIntegrations, unknownLogins } from '../web/unknown-facts.ts';
import type { HubspotApi } from './hubspot-api.ts';

/**
 * Actions by which somebody or something comes to have other rights: those of super admins, of teams and their members,
 * and of apps and keys. They are the words of HubSpot's OpenAPI file auditLogs of 2026-03, which has none for the single
 * permissions of a user.
 */
const PERMISSION_CHANGES: ReadonlySet<string> = new Set([
  'ADD_ADMIN_PERMISSIONS',
  'REMOVE_ADMIN_PERMISSIONS',
  'ADD_ADMIN_USER',
  'REMOVE_ADMIN_USER',
  'TEAM_ADDED',
  'TEAM_DELETED',
  'TEAM_USER_ADDED',
  'TEAM_USER_DELETED',
  'PRIVATE_APP_SCOPE_GROUPS_UPDATE',
  'SERVICE_KEY_PERMISSIONS_UPDATE',
]);

/** Actions that take many records out; EXPORT_DOWNLOAD fetches what an EXPORT has made, so it is not another one. */
const MASS_EXPORTS: ReadonlySet<string> = new Set([
  'CONTACT_DATA_EXPORT',
  'DATA_BACKUP_DOWNLOADED',
  'EXPORT',
  'EXPORT_USERS',
  'FORM_SUBMISSIONS_EXPORT',
]);

/** Pages of 100 imports that are read at most. */
const IMPORT_PAGES = 20;

/** Milliseconds since the epoch; NaN, which no comparison holds for, where there is no time. */
export function timeOf(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}

type History = {
  readonly path: string;
  /** Where the time of an entry stands. */
  readonly time: string;
  readonly sinceMs: number;
  /** False when an entry is none that can be counted. */
  readonly take: (entry: JsonRecord, isWithin: boolean) => boolean;
};

/**
 * Reads a history to its end unless it has come newest first so far, when what follows is older still: its order is not
 * documented. Neither is the unit of the times by which that of security can be filtered, and a filter that is
 * misunderstood would be an empty history.
 */
async function readHistory(
  hubspot: HubspotApi,
  { path, time, sinceMs, take }: History,
  budget: Budget,
): Promise<Outcome<undefined>> {
  let isReadable = true;
  let firstMs: number | undefined;
  let lastMs = Infinity;
  let isNewestFirst = true;
  const read = await hubspot.list(path, {}, budget, (page) => {
    for (const entry of page) {
      const atMs = timeOf(entry[time]);
      if (Number.isNaN(atMs) || !take(entry, atMs >= sinceMs)) {
        isReadable = false;
        return false;
      }
      firstMs ??= atMs;
      isNewestFirst &&= atMs <= lastMs;
      lastMs = atMs;
    }
    const isPast = isNewestFirst && lastMs < sinceMs && lastMs < (firstMs ?? lastMs);
    return !isPast;
  });
  if (!read.ok) return read;
  return isReadable
    ? succeed(undefined)
    : fail('schema_changed', `${path} has an entry without its time or without what it is about`);
}

/** As long as HubSpot tells log-ins (developers.hubspot.com, account activity), and a minute in which it is asked. */
const LOGINS_KEPT_MS = 90 * 86_400_000 + 60_000;
const LOGINS_NOT_KEPT = unknown('too_large', 'HubSpot tells log-ins of 90 days');

/** Log-ins of anybody, by whether they succeeded. */
export async function readLogins(
  hubspot: HubspotApi,
  { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number },
  budget: Budget,
): Promise<Outcome<LoginCounts>> {
  if (nowMs - sinceMs > LOGINS_KEPT_MS) return succeed(unknownLogins(LOGINS_NOT_KEPT));
  const counts = { failed: 0, succeeded: 0 };
  const read = await readHistory(
    hubspot,
    {
      path: hubspot.paths.logins,
      time: 'loginAt',
      sinceMs,
      take({ loginSucceeded }, isWithin) {
        if (isWithin) counts[loginSucceeded === true ? 'succeeded' : 'failed']++;
        return typeof loginSucceeded === 'boolean';
      },
    },
    budget,
  );
  if (!read.ok) return read;
  return succeed({
    failed: known(counts.failed),
    succeeded: known(counts.succeeded),
    failedByReason: unknown('not_supported', 'HubSpot does not say why a log-in failed'),
  });
}

/** What the history of security tells. HubSpot documents no switch for it; that it holds anything shows that it is kept. */
export async function readAuditTrail(
  hubspot: HubspotApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<AuditFacts>> {
  let permissionChanges = 0;
  let massExports = 0;
  let entries = 0;
  const read = await readHistory(
    hubspot,
    {
      path: hubspot.paths.security,
      time: 'createdAt',
      sinceMs,
      take({ type }, isWithin) {
        if (typeof type !== 'string') return false;
        entries++;
        if (isWithin && PERMISSION_CHANGES.has(type)) permissionChanges++;
        if (isWithin && MASS_EXPORTS.has(type)) massExports++;
        return true;
      },
    },
    budget,
  );
  if (!read.ok) return read;
  return succeed({
    isRecording: entries === 0 ? NOTHING_RECORDED : known(true),
    permissionChanges: known(permissionChanges),
    massExports: known(massExports),
  });
}

const NOTHING_RECORDED = unknown(
  'empty',
  'the history of security holds nothing, so that nobody can tell whether it is kept',
);

/**
 * Imports that failed as a whole. They can fail long after they were made, and their list has no filter by time: all of
 * them are read, up to a limit. It is open only to who may import (OpenAPI file imports of 2026-03).
 */
export async function readImportFailures(
  hubspot: HubspotApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<readonly IntegrationFacts[]>> {
  const path = hubspot.paths.imports;
  let failures = 0;
  let pages = 0;
  let isReadable = true;
  const read = await hubspot.listPermitted(path, {}, budget, (page) => {
    for (const { state, updatedAt } of page) {
      const atMs = timeOf(updatedAt);
      isReadable &&= typeof state === 'string' && !Number.isNaN(atMs);
      if (state === 'FAILED' && atMs >= sinceMs) failures++;
    }
    pages++;
    return isReadable && pages <= IMPORT_PAGES;
  });
  if (!read.ok) return read;
  if (read.value === undefined) return succeed(unknownIntegrations(['import'], NO_IMPORTS));
  if (!isReadable) return fail('schema_changed', `${path} has an import without its state or time`);
  if (!read.value.complete) return succeed(unknownIntegrations(['import'], TOO_MANY_IMPORTS));
  return succeed([{ integration: 'import', failures: known(failures) }]);
}

const NO_IMPORTS = unknown(
  'not_permitted',
  'HubSpot lists imports only to apps that may import: the token lacks the scope crm.import',
);
const TOO_MANY_IMPORTS = unknown(
  'too_large',
  `HubSpot lists more imports than the ${IMPORT_PAGES * 100} that are read`,
);

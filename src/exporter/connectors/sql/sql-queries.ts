import { LOGIN_FAILURE_REASONS } from '../../../catalog/catalog.ts';
import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';

/** SELECT statements of one number each, and one that is timed. */
export type SqlQueries = {
  readonly representative?: string;
  readonly failed_logins?: string;
  readonly failed_logins_password?: string;
  readonly failed_logins_unknown_user?: string;
  readonly failed_logins_second_factor?: string;
  readonly failed_logins_locked?: string;
  readonly failed_logins_not_allowed?: string;
  readonly failed_logins_other?: string;
  readonly successful_logins?: string;
  readonly active_users?: string;
  readonly privileged_users?: string;
  readonly second_factor_users?: string;
  readonly locked_users?: string;
  readonly inactive_users?: string;
  readonly jobs_pending?: string;
  readonly jobs_running?: string;
  readonly jobs_failed?: string;
  readonly oldest_pending_job_age?: string;
  readonly failed_schedules?: string;
  readonly permission_changes?: string;
  readonly mass_exports?: string;
  readonly audit_trail_recording?: string;
  readonly api_tokens?: string;
  readonly oldest_api_token_age?: string;
  readonly integration_failures_import?: string;
  readonly integration_failures_webhook?: string;
  readonly integration_failures_message?: string;
  readonly integration_failures_synchronisation?: string;
};

const windowQuery = decode.text({ pattern: /^\s*(select|with)\b/i, meaning: 'a SELECT statement' });

/** Without a window there is no value for {since}: SQLite, MariaDB and MySQL would compare with NULL, and count none. */
const query = decode.refine(windowQuery, (text) =>
  text.includes('{since}')
    ? { message: 'there is no window here for {since} to begin', remedy: 'leave {since} out' }
    : undefined,
);

function numberQuery(what: string): decode.Field<string | undefined> {
  return decode.optional(query, `SELECT statement that gives one number: ${what}`);
}

/** Of what happened within the window of the probe. */
function eventQuery(what: string): decode.Field<string | undefined> {
  return decode.optional(windowQuery, `SELECT statement that gives one number: ${what}`);
}

const FIELDS: {
  readonly [Name in keyof Required<SqlQueries>]: decode.Field<string | undefined>;
} = {
  representative: decode.optional(query, 'SELECT statement as users cause it, to be timed'),
  failed_logins: eventQuery(
    'failed logins since {since}, a time in ISO 8601; in SQLite compare julianday(column) with julianday({since})',
  ),
  failed_logins_password: eventQuery('of the failed logins, those with a wrong password'),
  failed_logins_unknown_user: eventQuery('of the failed logins, those by a name that nobody has'),
  failed_logins_second_factor: eventQuery('of the failed logins, those without the second factor'),
  failed_logins_locked: eventQuery('of the failed logins, those of users who are locked out'),
  failed_logins_not_allowed: eventQuery(
    'of the failed logins, those of users who may not log in, or not from there',
  ),
  failed_logins_other: eventQuery(
    'of the failed logins, all others; where failed_logins is given too, what no query accounts for is added to it',
  ),
  successful_logins: eventQuery('successful logins since {since}'),
  active_users: numberQuery('users who can log in'),
  privileged_users: numberQuery('active users with administrator rights'),
  second_factor_users: numberQuery('active users with a second factor'),
  locked_users: numberQuery('users who are locked out'),
  inactive_users: numberQuery('active users who have not logged in for 90 days'),
  jobs_pending: numberQuery('waiting jobs'),
  jobs_running: numberQuery('jobs at work'),
  jobs_failed: numberQuery('failed jobs'),
  oldest_pending_job_age: numberQuery('seconds that the oldest due job has waited'),
  failed_schedules: numberQuery(
    'jobs of a schedule that failed when they last ran, or were switched off for it',
  ),
  permission_changes: eventQuery('changes of roles and rights, and of who has them, since {since}'),
  mass_exports: eventQuery('exports of many records at once since {since}'),
  audit_trail_recording: decode.optional(
    windowQuery,
    'SELECT statement that gives 1 or true when the CRM records who changes what, and 0 or false when it does not',
  ),
  api_tokens: numberQuery('tokens and keys that open the API and have not ended'),
  oldest_api_token_age: numberQuery(
    'seconds since the oldest of these was made; no row, or NULL, when there is none',
  ),
  integration_failures_import: eventQuery('imports that failed since {since}'),
  integration_failures_webhook: eventQuery('web hooks that could not be delivered since {since}'),
  integration_failures_message: eventQuery('messages that could not be sent since {since}'),
  integration_failures_synchronisation: eventQuery(
    'failures to synchronise with another system since {since}',
  ),
};

/** What no reason accounts for is `other`: that needs the number of all, or the number of all others. */
const queriesDecoder: Decoder<SqlQueries> = decode.refine(
  decode.object<{ [Name in keyof Required<SqlQueries>]: string | undefined }>(FIELDS),
  (queries) => {
    const reason = LOGIN_FAILURE_REASONS.find((each) => `failed_logins_${each}` in queries);
    const isWhole = 'failed_logins' in queries || 'failed_logins_other' in queries;
    return reason === undefined || isWhole
      ? undefined
      : {
          at: `failed_logins_${reason}`,
          message: 'failed logins of other reasons are counted nowhere',
          remedy: 'add failed_logins, or failed_logins_other',
        };
  },
);

/** The key `queries`. */
export const queriesField: decode.Field<SqlQueries> = decode.withDefault(
  queriesDecoder,
  {},
  'what cannot be told from a table alone',
  '{}',
);

import type { IntegrationKind, LoginFailureReason } from '../../../catalog/catalog.ts';
import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import { pointerDecoder } from '../web/json-pointer.ts';
import {
  LIST_FIELDS,
  logFields,
  pathDecoder,
  valuesAtDecoder,
  valuesDecoder,
  windowed,
} from './list-decoder.ts';
import type {
  AuditOptions,
  FailureListOptions,
  IntegrationOptions,
  JobOptions,
  LoginOptions,
  RestOptions,
  TokenOptions,
  UserOptions,
} from './rest-options.ts';

const jobStates = decode.object({
  pending: decode.withDefault(valuesDecoder(), ['pending'], 'states of waiting jobs', '[pending]'),
  running: decode.withDefault(valuesDecoder(), ['running'], 'states of jobs at work', '[running]'),
  failed: decode.withDefault(valuesDecoder(), ['failed'], 'states of failed jobs', '[failed]'),
});

const jobsDecoder: Decoder<JobOptions> = decode.object({
  ...LIST_FIELDS,
  state: decode.required(pointerDecoder(), 'where a job tells its state'),
  states: decode.withDefault(
    jobStates,
    { pending: ['pending'], running: ['running'], failed: ['failed'] },
    'which states of the platform mean what; all others are not counted',
    'pending, running and failed mean themselves',
  ),
  enqueued: decode.optional(pointerDecoder(), 'where a job tells since when it waits, in ISO 8601'),
  schedules: decode.optional(
    decode.object({
      ...LIST_FIELDS,
      failed: decode.required(
        valuesAtDecoder(
          'where a schedule tells how its last run ended, or that it was switched off',
          'what it says when that run failed, or when it was switched off for it',
        ),
        'which of them failed',
      ),
    }),
    'jobs that are run at certain times, such as those of cron',
  ),
});

const reasonValues: Decoder<Exclude<LoginOptions['reason'], undefined>['values']> = decode.object({
  password: decode.optional(valuesDecoder(), 'a wrong password'),
  unknown_user: decode.optional(valuesDecoder(), 'a name that nobody has'),
  second_factor: decode.optional(valuesDecoder(), 'a wrong second factor'),
  locked: decode.optional(valuesDecoder(), 'a user who is locked out'),
  not_allowed: decode.optional(valuesDecoder(), 'a user who may not log in, or not from there'),
  other: decode.optional(valuesDecoder(), 'anything else, as is all that stands nowhere here'),
} satisfies Record<LoginFailureReason, unknown>);

const loginsDecoder: Decoder<LoginOptions> = windowed(
  decode.object({
    ...logFields('the log of logins'),
    succeeded: decode.required(
      pointerDecoder(),
      'where an entry tells whether the login succeeded',
    ),
    failed_values: decode.withDefault(valuesDecoder(), [false], 'what it says when not', '[false]'),
    holds: decode.withDefault(
      decode.choice(['failed', 'all']),
      'failed',
      'all when the list has the logins that succeeded too; otherwise nothing is known of these',
      'failed',
    ),
    succeeded_values: decode.withDefault(
      valuesDecoder(),
      [true],
      'what it says when the login succeeded; an entry that says neither is not counted',
      '[true]',
    ),
    reason: decode.optional(
      decode.object({
        pointer: decode.required(pointerDecoder(), 'where a failed login tells why, or null'),
        values: decode.required(reasonValues, 'what it says, by reason'),
      }),
      'why logins failed',
    ),
  }),
);

const usersDecoder: Decoder<UserOptions> = decode.object({
  ...LIST_FIELDS,
  active: decode.optional(
    pointerDecoder(),
    'where a user is true when active; without it all are active',
  ),
  privileged: decode.optional(
    valuesAtDecoder('where a user tells its role', 'roles that may do everything'),
    'who is an administrator',
  ),
  second_factor: decode.optional(pointerDecoder(), 'where a user is true with a second factor'),
  locked: decode.optional(pointerDecoder(), 'where a user is true when locked out'),
  last_login: decode.optional(
    pointerDecoder(),
    'where a user tells the last login, in ISO 8601, or null when there was none',
  ),
});

const auditDecoder: Decoder<AuditOptions> = windowed(
  decode.object({
    ...logFields('the audit trail'),
    kind: decode.required(pointerDecoder(), 'where an entry tells what was done'),
    permission_change: decode.optional(
      valuesDecoder(),
      'what it says of changes of roles and rights, and of who has them',
    ),
    mass_export: decode.optional(
      valuesDecoder(),
      'what it says of exports of many records at once',
    ),
    enabled: decode.optional(
      decode.object({
        path: decode.required(pathDecoder(), 'path that tells it'),
        pointer: decode.required(pointerDecoder(), 'where the answer tells it'),
        values: decode.withDefault(valuesDecoder(), [true], 'what it says when so', '[true]'),
      }),
      'whether the trail is recorded at all',
    ),
  }),
);

const tokensDecoder: Decoder<TokenOptions> = decode.object({
  ...LIST_FIELDS,
  active: decode.optional(
    pointerDecoder(),
    'where a token is true when active; without it all are, but those that ended or were withdrawn',
  ),
  revoked: decode.optional(
    pointerDecoder(),
    'where a token is true when withdrawn, or tells since when, and false or null when it is not',
  ),
  ends: decode.optional(
    pointerDecoder(),
    'where a token tells when it ends, in ISO 8601, or null when it does not',
  ),
  created: decode.optional(pointerDecoder(), 'where a token tells when it was made, in ISO 8601'),
});

const failureList: Decoder<FailureListOptions> = windowed(
  decode.object({
    ...logFields('the list'),
    only: decode.withDefault(
      decode.list(
        valuesAtDecoder('where an entry tells something', 'what it says when the entry counts'),
        { maximumLength: 5 },
      ),
      [],
      'which entries are failures: those of which all of this is so',
      '[], which is every entry',
    ),
  }),
);

const integrationsDecoder: Decoder<IntegrationOptions> = decode.object({
  import: decode.optional(failureList, 'imports that failed'),
  webhook: decode.optional(failureList, 'web hooks that could not be delivered'),
  message: decode.optional(failureList, 'mails and other messages that could not be sent'),
  synchronisation: decode.optional(failureList, 'failures to synchronise with another system'),
} satisfies Record<IntegrationKind, unknown>);

type ActivityKey = 'jobs' | 'logins' | 'users' | 'audit' | 'tokens' | 'integrations';

/** Everything that is counted in lists other than those of records. */
export const ACTIVITY_FIELDS: {
  readonly [Key in ActivityKey]: decode.Field<RestOptions[Key]>;
} = {
  jobs: decode.optional(jobsDecoder, 'background jobs'),
  logins: decode.optional(loginsDecoder, 'log of logins'),
  users: decode.optional(usersDecoder, 'users and their rights'),
  audit: decode.optional(auditDecoder, 'the trail of what administrators and users did'),
  tokens: decode.optional(tokensDecoder, 'tokens and keys that open the API'),
  integrations: decode.optional(
    integrationsDecoder,
    'failures of the exchange with other systems, by kind; a kind that is left out is not told',
  ),
};

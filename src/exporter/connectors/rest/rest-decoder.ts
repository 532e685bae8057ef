import { FAILURE_REASONS } from '../../../catalog/catalog.ts';
import type { FailureReason } from '../../../catalog/catalog.ts';
import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import { pointerDecoder } from '../web/json-pointer.ts';
import { WEB_FIELDS } from '../web/web-options.ts';
import { authenticationDecoder } from './authentication-options.ts';
import type { RestOptions } from './rest-options.ts';

const pathDecoder = (): Decoder<string> =>
  decode.text({
    pattern: /^\/\S*$/,
    meaning: 'a path such as /api/users',
    maximumLength: 2000,
  });
const valuesDecoder = (): Decoder<readonly (string | number | boolean)[]> =>
  decode.list(scalarDecoder(), { minimumLength: 1, maximumLength: 50 });

function scalarDecoder(): Decoder<string | number | boolean> {
  const expected = 'a text, a number, true or false';
  return {
    shape: { kind: 'text', note: expected },
    decode(value, place, report) {
      if (['string', 'number', 'boolean'].includes(typeof value)) {
        return value as string | number | boolean;
      }
      const remedy = 'write a plain value as it stands in the answer';
      report({ place, message: `expected ${expected}`, remedy });
      return decode.INVALID;
    },
  };
}

const headerName = (): Decoder<string> =>
  decode.transform(
    decode.text({ pattern: /^[A-Za-z0-9-]+$/, meaning: 'the name of a header' }),
    (name) => name.toLowerCase(),
  );

const pagingDecoder = decode.object({
  page_parameter: decode.withDefault(
    decode.text(),
    'page',
    'query parameter with the number of the page',
    'page',
  ),
  offset_parameter: decode.optional(
    decode.text(),
    'query parameter with the number of records to skip, where the platform counts these rather than pages; in ' +
      'place of page_parameter and first_page',
  ),
  first_page: decode.withDefault(
    decode.integer({ minimum: 0, maximum: 1 }),
    1,
    'number of the first page',
    '1',
  ),
  size_parameter: decode.optional(decode.text(), 'query parameter with the records per page'),
  size: decode.withDefault(
    decode.integer({ minimum: 1, maximum: 10_000 }),
    100,
    'records per page; a shorter page is the last one unless "total" says otherwise',
    '100',
  ),
  total: decode.optional(pointerDecoder(), 'where an answer says how many records there are'),
});

/** What every list has: where its records are and how to get the next ones. */
const LIST_FIELDS = {
  path: decode.required(pathDecoder(), 'path of the list, with its query if it needs one'),
  items: decode.required(pointerDecoder(), 'where the records are in an answer, such as /data'),
  paging: decode.optional(pagingDecoder, 'how to get the other pages; without it there is one'),
  empty_is_404: decode.withDefault(
    decode.boolean(),
    false,
    'whether this platform answers 404 when a list is empty',
    'false',
  ),
} as const;

const healthDecoder = decode.object({
  path: decode.required(pathDecoder(), 'path that answers without credentials'),
  version: decode.optional(pointerDecoder(), 'where the answer names the version of the CRM'),
  text: decode.optional(
    decode.text({ maximumLength: 200 }),
    'for a page that is no JSON: text that it contains, in this very case, when all is well',
  ),
  expect: decode.optional(
    decode.object({
      pointer: decode.required(pointerDecoder(), 'where the answer says how it is'),
      values: decode.required(valuesDecoder(), 'what it says when all is well'),
    }),
    'what a healthy answer contains',
  ),
});

const limitName = (): Decoder<string> =>
  decode.text({ pattern: /^[a-z][a-z0-9_]{0,40}$/, meaning: 'a short name such as api_calls' });

const limitsDecoder = decode.object({
  path: decode.required(pathDecoder(), 'path that tells the allowance'),
  items: decode.withDefault(
    decode.list(
      decode.object({
        name: decode.required(limitName(), 'name of the allowance in metrics'),
        limit: decode.required(pointerDecoder(), 'where the answer tells the allowance'),
        remaining: decode.required(pointerDecoder(), 'where the answer tells what is left'),
      }),
      { maximumLength: 20 },
    ),
    [],
    'allowances in the body of the answer',
    '[]',
  ),
  headers: decode.withDefault(
    decode.list(
      decode.object({
        name: decode.required(limitName(), 'name of the allowance in metrics'),
        limit: decode.required(headerName(), 'header with the allowance'),
        remaining: decode.required(headerName(), 'header with what is left'),
      }),
      { maximumLength: 20 },
    ),
    [],
    'allowances in headers; a refusal (429) with nothing left in one of them is quota_exhausted',
    '[]',
  ),
});

const jobStates = decode.object({
  pending: decode.withDefault(valuesDecoder(), ['pending'], 'states of waiting jobs', '[pending]'),
  running: decode.withDefault(valuesDecoder(), ['running'], 'states of jobs at work', '[running]'),
  failed: decode.withDefault(valuesDecoder(), ['failed'], 'states of failed jobs', '[failed]'),
});

const jobsDecoder = decode.object({
  ...LIST_FIELDS,
  state: decode.required(pointerDecoder(), 'where a job tells its state'),
  states: decode.withDefault(
    jobStates,
    { pending: ['pending'], running: ['running'], failed: ['failed'] },
    'which states of the platform mean what; all others are not counted',
    'pending, running and failed mean themselves',
  ),
  enqueued: decode.optional(pointerDecoder(), 'where a job tells since when it waits, in ISO 8601'),
});

const loginsDecoder = decode.object({
  ...LIST_FIELDS,
  path: decode.required(
    pathDecoder(),
    'path of the log of logins; {since} stands for the start of the window in ISO 8601, ' +
      '{since_seconds} for the same in seconds since the epoch',
  ),
  succeeded: decode.required(pointerDecoder(), 'where an entry tells whether the login succeeded'),
  failed_values: decode.withDefault(valuesDecoder(), [false], 'what it says when not', '[false]'),
  at: decode.optional(
    pointerDecoder(),
    'where an entry tells its time; needed when the path cannot take {since}',
  ),
});

const usersDecoder = decode.object({
  ...LIST_FIELDS,
  active: decode.optional(
    pointerDecoder(),
    'where a user is true when active; without it all are active',
  ),
  privileged: decode.optional(
    decode.object({
      pointer: decode.required(pointerDecoder(), 'where a user tells its role'),
      values: decode.required(valuesDecoder(), 'roles that may do everything'),
    }),
    'who is an administrator',
  ),
  second_factor: decode.optional(pointerDecoder(), 'where a user is true with a second factor'),
});

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

const objectDecoder = decode.object({
  ...LIST_FIELDS,
  fields: decode.required(
    decode.map(pointerDecoder(), { key: 'field name', pattern: NAME }),
    'fields that data-quality checks may use, and where each is in a record; references need the ' +
      'identifier of the records that they lead to',
  ),
});

const errorRule = decode.object({
  status: decode.required(
    decode.integer({ minimum: 200, maximum: 599 }),
    'status of the answer that the rule is for',
  ),
  contains: decode.optional(
    decode.text({ maximumLength: 200 }),
    'text that the body must contain, in any case',
  ),
  reason: decode.required(
    decode.choice(Object.keys(FAILURE_REASONS) as FailureReason[]),
    'what the answer means',
  ),
});

export const restDecoder: Decoder<RestOptions> = decode.object({
  platform: decode.required(decode.choice(['rest']), 'any CRM with a REST API that speaks JSON'),
  ...WEB_FIELDS,
  authentication: decode.required(authenticationDecoder, 'how requests prove who they are from'),
  health: decode.optional(healthDecoder, 'whether the CRM is up; the probe of reachability'),
  login: decode.optional(
    decode.object({
      path: decode.required(pathDecoder(), 'path that answers only with good credentials'),
    }),
    'proof of the credentials; not needed with the method session',
  ),
  latency: decode.optional(
    decode.object({
      light: decode.required(pathDecoder(), 'path of a call that costs little'),
      representative: decode.required(pathDecoder(), 'path of a call as users make it'),
    }),
    'calls that are timed',
  ),
  limits: decode.optional(limitsDecoder, 'allowance of API calls'),
  jobs: decode.optional(jobsDecoder, 'background jobs'),
  logins: decode.optional(loginsDecoder, 'log of logins'),
  users: decode.optional(usersDecoder, 'users and their rights'),
  objects: decode.withDefault(
    decode.map(objectDecoder, { key: 'object name', pattern: NAME }),
    {},
    'lists of records whose quality is checked',
    '{}',
  ),
  errors: decode.withDefault(
    decode.list(errorRule, { maximumLength: 50 }),
    [],
    'answers that mean something else here than their status says; the first that fits counts',
    '[]',
  ),
});

import { FAILURE_REASONS } from '../../../catalog/catalog.ts';
import type { FailureReason } from '../../../catalog/catalog.ts';
import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import { pointerDecoder } from '../web/json-pointer.ts';
import { WEB_FIELDS } from '../web/web-options.ts';
import { ACTIVITY_FIELDS } from './activity-decoder.ts';
import { authenticationDecoder } from './authentication-options.ts';
import { LIST_FIELDS, pathDecoder, valuesAtDecoder } from './list-decoder.ts';
import type { RestOptions } from './rest-options.ts';

const headerName = (): Decoder<string> =>
  decode.transform(
    decode.text({ pattern: /^[A-Za-z0-9-]+$/, meaning: 'the name of a header' }),
    (name) => name.toLowerCase(),
  );

const healthDecoder = decode.object({
  path: decode.required(pathDecoder(), 'path that answers without credentials'),
  version: decode.optional(pointerDecoder(), 'where the answer names the version of the CRM'),
  text: decode.optional(
    decode.text({ maximumLength: 200 }),
    'for a page that is no JSON: text that it contains, in this very case, when all is well',
  ),
  expect: decode.optional(
    valuesAtDecoder('where the answer says how it is', 'what it says when all is well'),
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
  security_authentication: decode.optional(
    authenticationDecoder,
    'who asks for what administrators alone may see: jobs, logins, users, audit, tokens and integrations; ' +
      'without it, authentication does',
  ),
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
  ...ACTIVITY_FIELDS,
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

import { decode, secretReference } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import { OAUTH_DECODERS } from '../web/oauth-options.ts';
import type { OauthOptions } from '../web/oauth-options.ts';
import { objectsField } from '../web/object-options.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { WEB_FIELDS, secureUrlDecoder } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

export type PipedriveIdentity =
  | { readonly method: 'api_token'; readonly token: SecretReference }
  | Extract<OauthOptions, { readonly method: 'refresh_token' }>;

export type PipedriveOptions = WebOptions & {
  readonly platform: 'pipedrive';
  readonly authentication: PipedriveIdentity;
  readonly security_authentication?: PipedriveIdentity;
  /** Where OAuth gets its access tokens. */
  readonly token_url: string;
  readonly objects: ApiObjects;
};

const TOKEN_URL = 'https://oauth.pipedrive.com/oauth/token';

const DEFAULT_OBJECTS: ApiObjects = {
  persons: {
    entity: 'persons',
    fields: {
      id: 'id',
      name: 'name',
      first_name: 'first_name',
      last_name: 'last_name',
      email: 'emails',
      phone: 'phones',
      organization: 'org_id',
      owner: 'owner_id',
      updated_at: 'update_time',
    },
  },
  organizations: {
    entity: 'organizations',
    fields: {
      id: 'id',
      name: 'name',
      address: 'address',
      owner: 'owner_id',
      updated_at: 'update_time',
    },
  },
  deals: {
    entity: 'deals',
    fields: {
      id: 'id',
      name: 'title',
      person: 'person_id',
      organization: 'org_id',
      amount: 'value',
      status: 'status',
      stage: 'stage_id',
      close_date: 'expected_close_date',
      owner: 'owner_id',
      updated_at: 'update_time',
    },
  },
};

const identityDecoder: Decoder<PipedriveIdentity> = decode.union('method', {
  api_token: decode.object({
    method: decode.required(decode.choice(['api_token']), 'the personal API token of a user'),
    token: decode.required(secretReference(), 'where the token is'),
  }),
  refresh_token: OAUTH_DECODERS.refresh_token,
});

export const pipedriveDecoder: Decoder<PipedriveOptions> = decode.object({
  platform: decode.required(decode.choice(['pipedrive']), 'Pipedrive'),
  ...WEB_FIELDS,
  url: decode.required(secureUrlDecoder, 'address of the CRM'),
  authentication: decode.required(
    identityDecoder,
    'the monitoring user; it needs to see the objects below and nothing else',
  ),
  security_authentication: decode.optional(
    identityDecoder,
    'another user for users and web hooks; of web hooks Pipedrive shows all to an administrator with an API token alone',
  ),
  token_url: decode.withDefault(
    secureUrlDecoder,
    TOKEN_URL,
    'where OAuth gets access tokens; of no use with an API token',
    TOKEN_URL,
  ),
  objects: objectsField(
    {
      entity: /^(activities|deals|organizations|persons|products)$/,
      field: /^([a-z][a-z0-9_]{0,59}|custom_fields\.[a-z0-9_]{1,60})$/,
      meaning: 'a name of API v2 such as persons, org_id or custom_fields.d4de1c1518b4',
    },
    DEFAULT_OBJECTS,
  ),
});

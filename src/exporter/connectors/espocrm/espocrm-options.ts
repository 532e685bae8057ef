import { decode, secretReference } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import { objectsField } from '../web/object-options.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { WEB_FIELDS } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

export type EspocrmIdentity =
  | { readonly method: 'api_key'; readonly key: SecretReference }
  | { readonly method: 'hmac'; readonly api_key: string; readonly secret: SecretReference }
  | { readonly method: 'basic'; readonly user: string; readonly password: SecretReference };

export type EspocrmOptions = WebOptions & {
  readonly platform: 'espocrm';
  readonly authentication: EspocrmIdentity;
  readonly security_authentication?: EspocrmIdentity;
  readonly objects: ApiObjects;
};

const identityDecoder: Decoder<EspocrmIdentity> = decode.union('method', {
  api_key: decode.object({
    method: decode.required(decode.choice(['api_key']), 'an API user with a key'),
    key: decode.required(secretReference(), 'where the key is'),
  }),
  hmac: decode.object({
    method: decode.required(decode.choice(['hmac']), 'an API user whose requests are signed'),
    api_key: decode.required(decode.text(), 'the API key, which is no secret with this method'),
    secret: decode.required(secretReference(), 'where the secret key is'),
  }),
  basic: decode.object({
    method: decode.required(decode.choice(['basic']), 'user name and password'),
    user: decode.required(decode.text(), 'name of the user'),
    password: decode.required(secretReference(), 'where the password is'),
  }),
});

const CHANGED = 'modifiedAt';

const DEFAULT_OBJECTS: ApiObjects = {
  accounts: {
    entity: 'Account',
    fields: {
      id: 'id',
      name: 'name',
      website: 'website',
      email: 'emailAddress',
      phone: 'phoneNumber',
      owner: 'assignedUserId',
      updated_at: CHANGED,
    },
  },
  contacts: {
    entity: 'Contact',
    fields: {
      id: 'id',
      first_name: 'firstName',
      last_name: 'lastName',
      email: 'emailAddress',
      phone: 'phoneNumber',
      account: 'accountId',
      owner: 'assignedUserId',
      updated_at: CHANGED,
    },
  },
  leads: {
    entity: 'Lead',
    fields: {
      id: 'id',
      last_name: 'lastName',
      status: 'status',
      email: 'emailAddress',
      phone: 'phoneNumber',
      owner: 'assignedUserId',
      updated_at: CHANGED,
    },
  },
  opportunities: {
    entity: 'Opportunity',
    fields: {
      id: 'id',
      name: 'name',
      account: 'accountId',
      amount: 'amount',
      stage: 'stage',
      close_date: 'closeDate',
      owner: 'assignedUserId',
      updated_at: CHANGED,
    },
  },
};

export const espocrmDecoder: Decoder<EspocrmOptions> = decode.object({
  platform: decode.required(decode.choice(['espocrm']), 'EspoCRM 7 to 9'),
  ...WEB_FIELDS,
  authentication: decode.required(
    identityDecoder,
    'the monitoring user; it needs to read the objects below and nothing else',
  ),
  security_authentication: decode.optional(
    identityDecoder,
    'an administrator, for jobs, users, logins, keys, integrations and the audit trail, which EspoCRM shows to no one else; ' +
      'without it they are unknown',
  ),
  objects: objectsField(
    {
      entity: /^[A-Z][A-Za-z0-9]{0,99}$/,
      field: /^[a-z][A-Za-z0-9]{0,99}$/,
      meaning: 'a name such as Contact or emailAddress',
    },
    DEFAULT_OBJECTS,
  ),
});

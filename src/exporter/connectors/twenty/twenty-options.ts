import { decode, secretReference } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import { objectsField } from '../web/object-options.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { WEB_FIELDS } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

export type TwentyIdentity = { readonly key: SecretReference };

export type TwentyOptions = WebOptions & {
  readonly platform: 'twenty';
  readonly authentication: TwentyIdentity;
  readonly security_authentication?: TwentyIdentity;
  readonly objects: ApiObjects;
};

const CHANGED = 'updatedAt';

const DEFAULT_OBJECTS: ApiObjects = {
  accounts: {
    entity: 'companies',
    fields: {
      id: 'id',
      name: 'name',
      website: 'domainName.primaryLinkUrl',
      owner: 'accountOwnerId',
      updated_at: CHANGED,
    },
  },
  contacts: {
    entity: 'people',
    fields: {
      id: 'id',
      first_name: 'name.firstName',
      last_name: 'name.lastName',
      email: 'emails.primaryEmail',
      phone: 'phones.primaryPhoneNumber',
      account: 'companyId',
      updated_at: CHANGED,
    },
  },
  opportunities: {
    entity: 'opportunities',
    fields: {
      id: 'id',
      name: 'name',
      account: 'companyId',
      amount: 'amount.amountMicros',
      stage: 'stage',
      close_date: 'closeDate',
      updated_at: CHANGED,
    },
  },
};

const identityDecoder: Decoder<TwentyIdentity> = decode.object({
  key: decode.required(secretReference(), 'where the API key is'),
});

export const twentyDecoder: Decoder<TwentyOptions> = decode.object({
  platform: decode.required(decode.choice(['twenty']), 'Twenty 1'),
  ...WEB_FIELDS,
  authentication: decode.required(
    identityDecoder,
    'an API key, whose role needs to read the objects below and nothing else',
  ),
  security_authentication: decode.optional(
    identityDecoder,
    'an API key whose role sees workspace members and API keys; without it the one above is asked for them',
  ),
  objects: objectsField(
    {
      entity: /^[a-z][A-Za-z0-9]{0,99}$/,
      field: /^[a-z][A-Za-z0-9]{0,99}(\.[a-z][A-Za-z0-9]{0,99}){0,2}$/,
      meaning: 'a plural such as people, with fields such as jobTitle or emails.primaryEmail',
    },
    DEFAULT_OBJECTS,
  ),
});

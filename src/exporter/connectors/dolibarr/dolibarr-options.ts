import { decode, secretReference } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import { objectsField } from '../web/object-options.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { WEB_FIELDS } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

export type DolibarrIdentity = { readonly key: SecretReference };

export type DolibarrOptions = WebOptions & {
  readonly platform: 'dolibarr';
  readonly authentication: DolibarrIdentity;
  readonly security_authentication?: DolibarrIdentity;
  readonly company?: number;
  readonly objects: ApiObjects;
};

const CHANGED = 'date_modification';

const DEFAULT_OBJECTS: ApiObjects = {
  accounts: {
    entity: 'thirdparties',
    fields: {
      id: 'id',
      name: 'name',
      website: 'url',
      email: 'email',
      phone: 'phone',
      updated_at: CHANGED,
    },
  },
  contacts: {
    entity: 'contacts',
    fields: {
      id: 'id',
      first_name: 'firstname',
      last_name: 'lastname',
      email: 'email',
      phone: 'phone_pro',
      account: 'socid',
      updated_at: CHANGED,
    },
  },
};

/**
 * Lists whose table is called t and whose key is t.rowid, which is how pages are told apart (the default sort
 * field of `index` in htdocs/…/class/api_*.class.php, 19.0 to 22.0).
 */
const ENTITY = /^(thirdparties|contacts|proposals|orders|invoices|projects|tickets|products)$/;

const identityDecoder: Decoder<DolibarrIdentity> = decode.object({
  key: decode.required(secretReference(), 'where the API key is'),
});

export const dolibarrDecoder: Decoder<DolibarrOptions> = decode.object({
  platform: decode.required(decode.choice(['dolibarr']), 'Dolibarr 19 to 22'),
  ...WEB_FIELDS,
  authentication: decode.required(
    identityDecoder,
    'the monitoring user; it needs to read the objects below and nothing else',
  ),
  security_authentication: decode.optional(
    identityDecoder,
    'a user who may read other users; without it the one above is asked for them',
  ),
  company: decode.optional(
    decode.integer({ minimum: 1, maximum: 1_000_000 }),
    'number of the company, with the module Multicompany; that of the user when not set',
  ),
  objects: objectsField(
    {
      entity: ENTITY,
      field: /^([a-z][a-z0-9_]{0,99}|array_options\.options_[a-z0-9_]{1,99})$/,
      meaning:
        'a list such as thirdparties, with properties such as phone_pro or array_options.options_region',
    },
    DEFAULT_OBJECTS,
  ),
});

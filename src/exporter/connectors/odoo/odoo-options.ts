import { decode, secretReference } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import { objectsField } from '../web/object-options.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { WEB_FIELDS, pauseField } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

export type OdooIdentity =
  | { readonly protocol: 'json2'; readonly key: SecretReference }
  | {
      readonly protocol: 'jsonrpc';
      readonly user: string;
      /** A password or an API key: Odoo takes either. */
      readonly password: SecretReference;
      readonly pause_after_rejection: number;
    };

export type OdooOptions = WebOptions & {
  readonly platform: 'odoo';
  readonly database: string;
  readonly authentication: OdooIdentity;
  readonly security_authentication?: OdooIdentity;
  readonly objects: ApiObjects;
};

const identityDecoder: Decoder<OdooIdentity> = decode.union('protocol', {
  json2: decode.object({
    protocol: decode.required(
      decode.choice(['json2']),
      'the JSON-2 API of Odoo 19 and later, with an API key',
    ),
    key: decode.required(secretReference(), 'where the API key is'),
  }),
  jsonrpc: decode.object({
    protocol: decode.required(
      decode.choice(['jsonrpc']),
      'JSON-RPC, for Odoo 14 to 18; later versions switch it off',
    ),
    user: decode.required(decode.text(), 'login of the user'),
    password: decode.required(secretReference(), 'where the API key or the password is'),
    pause_after_rejection: pauseField(
      'how long a rejected log-in is not tried again; Odoo locks an address out whose log-ins fail',
    ),
  }),
});

const CHANGED = 'write_date';

const DEFAULT_OBJECTS: ApiObjects = {
  contacts: {
    entity: 'res.partner',
    fields: {
      id: 'id',
      name: 'name',
      email: 'email',
      email_normalized: 'email_normalized',
      phone: 'phone',
      website: 'website',
      company: 'parent_id',
      country: 'country_id',
      owner: 'user_id',
      updated_at: CHANGED,
    },
  },
  leads: {
    entity: 'crm.lead',
    fields: {
      id: 'id',
      name: 'name',
      contact: 'partner_id',
      email: 'email_from',
      email_normalized: 'email_normalized',
      phone: 'phone',
      stage: 'stage_id',
      amount: 'expected_revenue',
      close_date: 'date_deadline',
      owner: 'user_id',
      updated_at: CHANGED,
    },
  },
};

export const odooDecoder: Decoder<OdooOptions> = decode.object({
  platform: decode.required(decode.choice(['odoo']), 'Odoo 14 to 19'),
  ...WEB_FIELDS,
  database: decode.required(
    decode.text({ pattern: /^[\w.-]{1,63}$/, meaning: 'the name of a database' }),
    'database of Odoo that is watched',
  ),
  authentication: decode.required(
    identityDecoder,
    'the monitoring user; it needs to read the objects below and nothing else',
  ),
  security_authentication: decode.optional(
    identityDecoder,
    'an administrator, for scheduled actions, users, log-ins, keys and messages; without it they are unknown',
  ),
  objects: objectsField(
    {
      // They go into paths, domains and aggregates: nothing but letters, digits, _ and, in models, single dots.
      entity: /^[a-z][a-z0-9_]{0,62}(\.[a-z0-9_]{1,62}){0,9}$/,
      field: /^[a-z][a-z0-9_]{0,62}$/,
      meaning: 'a name such as res.partner or email_normalized',
    },
    DEFAULT_OBJECTS,
  ),
});

import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import { OAUTH_DECODERS } from '../web/oauth-options.ts';
import type { OauthOptions } from '../web/oauth-options.ts';
import { objectsField } from '../web/object-options.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { WEB_FIELDS } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

export type SuitecrmVersion = '7' | '8';
export type SuitecrmIdentity = Extract<OauthOptions, { method: 'client_credentials' }>;

export type SuitecrmOptions = WebOptions & {
  readonly platform: 'suitecrm';
  readonly version: SuitecrmVersion;
  readonly api_path?: string;
  readonly authentication: SuitecrmIdentity;
  readonly security_authentication?: SuitecrmIdentity;
  readonly objects: ApiObjects;
};

/** SuiteCRM 8 has the API of 7 in its legacy folder (public/legacy/Api of SuiteCRM-Core). */
const API_PATHS: Readonly<Record<SuitecrmVersion, string>> = { 7: '/Api', 8: '/legacy/Api' };

/** Start of all paths of the API, below the address of the CRM. */
export function apiPathOf({ version, api_path: path }: SuitecrmOptions): string {
  return path ?? API_PATHS[version];
}

const OWNER = 'assigned_user_id';
const CHANGED = 'date_modified';

/** Names as in the vardefs of each module (modules/…/vardefs.php and include/SugarObjects/templates). */
const DEFAULT_OBJECTS: ApiObjects = {
  accounts: {
    entity: 'Accounts',
    fields: {
      id: 'id',
      name: 'name',
      website: 'website',
      email: 'email1',
      phone: 'phone_office',
      owner: OWNER,
      updated_at: CHANGED,
    },
  },
  contacts: {
    entity: 'Contacts',
    fields: {
      id: 'id',
      first_name: 'first_name',
      last_name: 'last_name',
      email: 'email1',
      phone: 'phone_work',
      account: 'account_id',
      owner: OWNER,
      updated_at: CHANGED,
    },
  },
  leads: {
    entity: 'Leads',
    fields: {
      id: 'id',
      last_name: 'last_name',
      status: 'status',
      email: 'email1',
      phone: 'phone_work',
      owner: OWNER,
      updated_at: CHANGED,
    },
  },
  opportunities: {
    entity: 'Opportunities',
    fields: {
      id: 'id',
      name: 'name',
      account: 'account_id',
      amount: 'amount',
      stage: 'sales_stage',
      close_date: 'date_closed',
      owner: OWNER,
      updated_at: CHANGED,
    },
  },
};

const identityDecoder: Decoder<SuitecrmIdentity> = decode.union('method', {
  client_credentials: OAUTH_DECODERS.client_credentials,
});

export const suitecrmDecoder: Decoder<SuitecrmOptions> = decode.object({
  platform: decode.required(decode.choice(['suitecrm']), 'SuiteCRM 7.15 and 8'),
  ...WEB_FIELDS,
  version: decode.required(
    decode.choice(['7', '8']),
    'decides where the API is: /Api with 7, /legacy/Api with 8',
  ),
  api_path: decode.optional(
    decode.text({ pattern: /^(\/[A-Za-z0-9._-]+)+$/, meaning: 'a path such as /legacy/Api' }),
    'where the API is, if it is elsewhere',
  ),
  authentication: decode.required(
    identityDecoder,
    'an OAuth2 client whose associated user needs to list and view the objects below',
  ),
  security_authentication: decode.optional(
    identityDecoder,
    'another, whose user needs to list and view users, for accounts and API tokens; without it the first one asks for these',
  ),
  objects: objectsField(
    {
      entity: /^[A-Za-z]\w{0,99}$/,
      field: /^[A-Za-z]\w{0,99}$/,
      meaning: 'a name such as Contacts or phone_work',
    },
    DEFAULT_OBJECTS,
  ),
});

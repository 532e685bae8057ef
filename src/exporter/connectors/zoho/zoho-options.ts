import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import { OAUTH_DECODERS } from '../web/oauth-options.ts';
import type { OauthOptions } from '../web/oauth-options.ts';
import { objectsField } from '../web/object-options.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { WEB_FIELDS, secureUrlDecoder } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

export type ZohoIdentity = Extract<OauthOptions, { method: 'refresh_token' }>;

export type ZohoOptions = WebOptions & {
  readonly platform: 'zoho';
  readonly accounts_url?: string;
  readonly authentication: ZohoIdentity;
  readonly security_authentication?: ZohoIdentity;
  readonly objects: ApiObjects;
};

/** Of each data centre: where its API is, and where its tokens come from (crm/developer/docs/api/v8/multi-dc.html). */
const ACCOUNTS: Readonly<Record<string, string>> = {
  'https://www.zohoapis.com': 'https://accounts.zoho.com',
  'https://www.zohoapis.eu': 'https://accounts.zoho.eu',
  'https://www.zohoapis.in': 'https://accounts.zoho.in',
  'https://www.zohoapis.com.au': 'https://accounts.zoho.com.au',
  'https://www.zohoapis.jp': 'https://accounts.zoho.jp',
  'https://www.zohoapis.ca': 'https://accounts.zohocloud.ca',
  'https://www.zohoapis.sa': 'https://accounts.zoho.sa',
  'https://www.zohoapis.com.cn': 'https://accounts.zoho.com.cn',
};

/** Where tokens come from; undefined when it is neither said nor known. */
export function toAccountsUrl({
  url,
  accounts_url: said,
}: Pick<ZohoOptions, 'url' | 'accounts_url'>): string | undefined {
  return said ?? (Object.hasOwn(ACCOUNTS, url) ? ACCOUNTS[url] : undefined);
}

const CHANGED = 'Modified_Time';

const DEFAULT_OBJECTS: ApiObjects = {
  accounts: {
    entity: 'Accounts',
    fields: {
      id: 'id',
      name: 'Account_Name',
      website: 'Website',
      phone: 'Phone',
      owner: 'Owner',
      updated_at: CHANGED,
    },
  },
  contacts: {
    entity: 'Contacts',
    fields: {
      id: 'id',
      first_name: 'First_Name',
      last_name: 'Last_Name',
      email: 'Email',
      phone: 'Phone',
      account: 'Account_Name',
      owner: 'Owner',
      updated_at: CHANGED,
    },
  },
  leads: {
    entity: 'Leads',
    fields: {
      id: 'id',
      last_name: 'Last_Name',
      company: 'Company',
      status: 'Lead_Status',
      email: 'Email',
      phone: 'Phone',
      owner: 'Owner',
      updated_at: CHANGED,
    },
  },
  deals: {
    entity: 'Deals',
    fields: {
      id: 'id',
      name: 'Deal_Name',
      account: 'Account_Name',
      amount: 'Amount',
      stage: 'Stage',
      close_date: 'Closing_Date',
      owner: 'Owner',
      updated_at: CHANGED,
    },
  },
};

const connectionDecoder: Decoder<ZohoOptions> = decode.object({
  platform: decode.required(decode.choice(['zoho']), 'Zoho CRM, API 8'),
  ...WEB_FIELDS,
  url: decode.required(secureUrlDecoder, 'address of the CRM'),
  accounts_url: decode.optional(
    secureUrlDecoder,
    'where tokens come from, such as https://accounts.zoho.eu; that of the data centre in url when not set',
  ),
  authentication: decode.required(
    OAUTH_DECODERS.refresh_token,
    'a self client with a refresh token, which stays the same',
  ),
  security_authentication: decode.optional(
    OAUTH_DECODERS.refresh_token,
    'another one, for users and web hooks; without it the one of authentication asks for these too',
  ),
  objects: objectsField(
    {
      entity: /^[A-Za-z][A-Za-z0-9_]{0,99}$/,
      field: /^[A-Za-z][A-Za-z0-9_]{0,99}$/,
      meaning: 'an API name such as Contacts or Account_Name',
    },
    DEFAULT_OBJECTS,
  ),
});

export const zohoDecoder: Decoder<ZohoOptions> = decode.refine(connectionDecoder, (options) =>
  toAccountsUrl(options) === undefined
    ? {
        message: 'an address that is none of the data centres of Zoho',
        remedy:
          'write one such as https://www.zohoapis.eu, or say where tokens come from in accounts_url',
        at: 'url',
      }
    : undefined,
);

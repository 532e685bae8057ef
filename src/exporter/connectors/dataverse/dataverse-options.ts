import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import type { ApiObject } from '../web/object-options.ts';
import { OAUTH_DECODERS } from '../web/oauth-options.ts';
import type { OauthOptions } from '../web/oauth-options.ts';
import { WEB_FIELDS, secureUrlDecoder } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

/** Dataverse has two names for a table: one in queries, such as contact, and one in paths, such as contacts. */
export type DataverseObject = ApiObject & { readonly entity_set: string };
export type DataverseObjects = Readonly<Record<string, DataverseObject>>;

export type DataverseIdentity = Extract<OauthOptions, { method: 'client_credentials' }>;

export type DataverseOptions = WebOptions & {
  readonly platform: 'dataverse';
  readonly authority: string;
  readonly tenant: string;
  readonly authentication: DataverseIdentity;
  readonly security_authentication?: DataverseIdentity;
  readonly objects: DataverseObjects;
};

const AUTHORITY = 'https://login.microsoftonline.com';
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
/** Logical names are in lower case; those of a solution begin with its prefix, such as cr1a2_. */
const TABLE = {
  pattern: /^[a-z][a-z0-9_]{0,127}$/,
  meaning: 'a name such as contact or cr1a2_site',
};
const COLUMN = {
  pattern: /^(_[a-z][a-z0-9_]{0,119}_value|[a-z][a-z0-9_]{0,127})$/,
  meaning: 'a name of the Web API such as emailaddress1, or _parentcustomerid_value for a lookup',
};

const objectDecoder: Decoder<DataverseObject> = decode.object({
  entity: decode.required(decode.text(TABLE), 'logical name of the table, such as contact'),
  entity_set: decode.required(decode.text(TABLE), 'name of the table in paths, such as contacts'),
  fields: decode.required(
    decode.map(decode.text(COLUMN), { key: 'field name', pattern: NAME }),
    'fields that data-quality checks may use, and the column that each is',
  ),
});

const CHANGED = 'modifiedon';
const OWNER = '_ownerid_value';

const DEFAULT_OBJECTS: DataverseObjects = {
  accounts: {
    entity: 'account',
    entity_set: 'accounts',
    fields: {
      id: 'accountid',
      name: 'name',
      website: 'websiteurl',
      email: 'emailaddress1',
      phone: 'telephone1',
      owner: OWNER,
      updated_at: CHANGED,
    },
  },
  contacts: {
    entity: 'contact',
    entity_set: 'contacts',
    fields: {
      id: 'contactid',
      first_name: 'firstname',
      last_name: 'lastname',
      email: 'emailaddress1',
      phone: 'telephone1',
      account: '_parentcustomerid_value',
      owner: OWNER,
      updated_at: CHANGED,
    },
  },
  leads: {
    entity: 'lead',
    entity_set: 'leads',
    fields: {
      id: 'leadid',
      last_name: 'lastname',
      company: 'companyname',
      status: 'statuscode',
      email: 'emailaddress1',
      phone: 'telephone1',
      owner: OWNER,
      updated_at: CHANGED,
    },
  },
  opportunities: {
    entity: 'opportunity',
    entity_set: 'opportunities',
    fields: {
      id: 'opportunityid',
      name: 'name',
      account: '_parentaccountid_value',
      amount: 'estimatedvalue',
      status: 'statuscode',
      close_date: 'estimatedclosedate',
      owner: OWNER,
      updated_at: CHANGED,
    },
  },
};

export const dataverseDecoder: Decoder<DataverseOptions> = decode.object({
  platform: decode.required(
    decode.choice(['dataverse']),
    'Microsoft Dynamics 365, or another app on Dataverse',
  ),
  ...WEB_FIELDS,
  url: decode.required(secureUrlDecoder, 'address of the CRM'),
  authority: decode.withDefault(
    secureUrlDecoder,
    AUTHORITY,
    'where Microsoft Entra gives tokens; another one in national clouds',
    AUTHORITY,
  ),
  tenant: decode.required(
    decode.text({
      pattern: /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/,
      meaning: 'the identifier or a domain of a tenant',
    }),
    'tenant of Microsoft Entra that the environment belongs to',
  ),
  authentication: decode.required(
    OAUTH_DECODERS.client_credentials,
    'the app registration behind an application user; its scope is that of the environment unless set',
  ),
  security_authentication: decode.optional(
    OAUTH_DECODERS.client_credentials,
    'another one, for jobs, integrations, users and the audit trail; without it the one of authentication asks for these too',
  ),
  objects: decode.withDefault(
    decode.map(objectDecoder, { key: 'object name', pattern: NAME }),
    DEFAULT_OBJECTS,
    'objects whose quality is checked',
    Object.keys(DEFAULT_OBJECTS).join(', '),
  ),
});

/** The column in queries: lookups have a name of their own in the answers of the Web API. */
export function toColumn(property: string): string {
  return /^_(.+)_value$/.exec(property)?.[1] ?? property;
}

import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import { OAUTH_DECODERS } from '../web/oauth-options.ts';
import type { OauthOptions } from '../web/oauth-options.ts';
import { objectsField } from '../web/object-options.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { WEB_FIELDS, secureUrlDecoder } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

export type SalesforceIdentity = Extract<
  OauthOptions,
  { method: 'client_credentials' | 'jwt_bearer' }
>;

export type SalesforceOptions = WebOptions & {
  readonly platform: 'salesforce';
  readonly api_version: string;
  readonly authentication: SalesforceIdentity;
  readonly security_authentication?: SalesforceIdentity;
  readonly objects: ApiObjects;
};

const { client_credentials, jwt_bearer } = OAUTH_DECODERS;
const identityDecoder: Decoder<SalesforceIdentity> = decode.union('method', {
  client_credentials,
  jwt_bearer,
});

/** From 55.0 on: the removal of older ones has begun, with 40.0 and below announced for Summer '28 (Salesforce Help, 005321531). */
const VERSION = /^(?:5[5-9]|[6-9]\d)\.0$/;

const CHANGED = 'LastModifiedDate';

const DEFAULT_OBJECTS: ApiObjects = {
  accounts: {
    entity: 'Account',
    fields: {
      id: 'Id',
      name: 'Name',
      website: 'Website',
      phone: 'Phone',
      owner: 'OwnerId',
      updated_at: CHANGED,
    },
  },
  contacts: {
    entity: 'Contact',
    fields: {
      id: 'Id',
      first_name: 'FirstName',
      last_name: 'LastName',
      email: 'Email',
      phone: 'Phone',
      account: 'AccountId',
      owner: 'OwnerId',
      updated_at: CHANGED,
    },
  },
  leads: {
    entity: 'Lead',
    fields: {
      id: 'Id',
      last_name: 'LastName',
      company: 'Company',
      status: 'Status',
      email: 'Email',
      phone: 'Phone',
      owner: 'OwnerId',
      updated_at: CHANGED,
    },
  },
  opportunities: {
    entity: 'Opportunity',
    fields: {
      id: 'Id',
      name: 'Name',
      account: 'AccountId',
      amount: 'Amount',
      stage: 'StageName',
      close_date: 'CloseDate',
      owner: 'OwnerId',
      updated_at: CHANGED,
    },
  },
};

/** The name of an object or field in the API; custom ones end with __c, and have the name of their package before them. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;

export const salesforceDecoder: Decoder<SalesforceOptions> = decode.object({
  platform: decode.required(decode.choice(['salesforce']), 'Salesforce, API 55.0 and newer'),
  ...WEB_FIELDS,
  url: decode.required(secureUrlDecoder, 'My Domain of the organization'),
  api_version: decode.withDefault(
    decode.text({ pattern: VERSION, meaning: 'a version from 55.0 on, such as 62.0' }),
    '62.0',
    'version of the API that is asked',
    '62.0',
  ),
  authentication: decode.required(
    identityDecoder,
    'the app whose user has the permission set of docs/connectors/salesforce.md',
  ),
  security_authentication: decode.optional(
    identityDecoder,
    'another app, whose user may see log-ins, accounts, jobs, limits and the set-up; without it the first is asked for all of it',
  ),
  objects: objectsField(
    { entity: NAME, field: NAME, meaning: 'a name of the API such as Contact or Region__c' },
    DEFAULT_OBJECTS,
  ),
});

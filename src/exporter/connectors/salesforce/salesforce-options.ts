import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import { OAUTH_DECODERS } from '../web/oauth-options.ts';
import type { OauthOptions } from '../web/oauth-options.ts';
import { objectsField } from '../web/object-options.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { WEB_FIELDS, secureUrlDecoder } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

export type SalesforceOptions = WebOptions & {
  readonly platform: 'salesforce';
  readonly api_version: string;
  readonly authentication: Extract<OauthOptions, { method: 'client_credentials' | 'jwt_bearer' }>;
  readonly objects: ApiObjects;
};

const { client_credentials, jwt_bearer } = OAUTH_DECODERS;

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
    decode.text({ pattern: /^\d{2}\.0$/, meaning: 'a version such as 62.0' }),
    '62.0',
    'version of the API that is asked',
    '62.0',
  ),
  authentication: decode.required(
    decode.union('method', { client_credentials, jwt_bearer }),
    'the app whose user has the permission set of docs/connectors/salesforce.md',
  ),
  objects: objectsField(
    { entity: NAME, field: NAME, meaning: 'a name of the API such as Contact or Region__c' },
    DEFAULT_OBJECTS,
  ),
});

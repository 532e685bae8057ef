import { decode, secretReference } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import { objectsField } from '../web/object-options.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { WEB_FIELDS, secureUrlDecoder } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

export type HubspotIdentity = { readonly method: 'private_app'; readonly token: SecretReference };

export type HubspotOptions = WebOptions & {
  readonly platform: 'hubspot';
  readonly authentication: HubspotIdentity;
  readonly security_authentication?: HubspotIdentity;
  /** Version of the API, which stands in all of its paths. */
  readonly api_date: string;
  /** Least time between the starts of two searches, in milliseconds. */
  readonly search_interval: number;
  readonly objects: ApiObjects;
};

const HOST = 'https://api.hubapi.com';

const DEFAULT_OBJECTS: ApiObjects = {
  contacts: {
    entity: 'contacts',
    fields: {
      id: 'hs_object_id',
      first_name: 'firstname',
      last_name: 'lastname',
      email: 'email',
      phone: 'phone',
      company: 'associatedcompanyid',
      owner: 'hubspot_owner_id',
      updated_at: 'lastmodifieddate',
    },
  },
  companies: {
    entity: 'companies',
    fields: {
      id: 'hs_object_id',
      name: 'name',
      domain: 'domain',
      phone: 'phone',
      owner: 'hubspot_owner_id',
      updated_at: 'hs_lastmodifieddate',
    },
  },
  deals: {
    entity: 'deals',
    fields: {
      id: 'hs_object_id',
      name: 'dealname',
      amount: 'amount',
      stage: 'dealstage',
      close_date: 'closedate',
      owner: 'hubspot_owner_id',
      updated_at: 'hs_lastmodifieddate',
    },
  },
};

const identityDecoder: Decoder<HubspotIdentity> = decode.union('method', {
  private_app: decode.object({
    method: decode.required(
      decode.choice(['private_app']),
      'a private app, or another app of the account itself whose token does not end',
    ),
    token: decode.required(secretReference(), 'where its access token is'),
  }),
});

export const hubspotDecoder: Decoder<HubspotOptions> = decode.object({
  platform: decode.required(decode.choice(['hubspot']), 'HubSpot'),
  ...WEB_FIELDS,
  url: decode.withDefault(secureUrlDecoder, HOST, 'address of the API', HOST),
  authentication: decode.required(
    identityDecoder,
    'the monitoring app; it needs scopes that read the objects below, and without the next key those of that as well',
  ),
  security_authentication: decode.optional(
    identityDecoder,
    'another app, which reads users and the history of log-ins and of security; without it the monitoring app is asked for them',
  ),
  api_date: decode.withDefault(
    decode.text({ pattern: /^20\d\d-(0[1-9]|1[0-2])$/, meaning: 'a year and a month' }),
    '2026-03',
    'version of the API; HubSpot supports one for 18 months',
    '2026-03',
  ),
  search_interval: decode.withDefault(
    decode.duration({ minimumMs: 1, maximumMs: 60_000 }),
    250,
    'least time between two searches; HubSpot allows five per second to all apps of an account together',
    '250ms',
  ),
  objects: objectsField(
    {
      entity: /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/,
      field: /^[A-Za-z0-9_]{1,100}$/,
      meaning: 'an internal name such as contacts, 2-1234567 or hs_lead_status',
    },
    DEFAULT_OBJECTS,
  ),
});

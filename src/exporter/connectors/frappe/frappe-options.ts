import { decode, secretReference } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import { objectsField } from '../web/object-options.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { WEB_FIELDS } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

export type FrappeIdentity = {
  readonly api_key: string;
  readonly api_secret: SecretReference;
};

export type FrappeOptions = WebOptions & {
  readonly platform: 'frappe';
  readonly authentication: FrappeIdentity;
  readonly security_authentication?: FrappeIdentity;
  readonly objects: ApiObjects;
};

const identityDecoder: Decoder<FrappeIdentity> = decode.object({
  api_key: decode.required(
    decode.text({ pattern: /^[\w-]{1,140}$/, meaning: 'an API key' }),
    'API key of the user, which is no secret',
  ),
  api_secret: decode.required(secretReference(), 'where the API secret is'),
});

const CHANGED = 'modified';

const DEFAULT_OBJECTS: ApiObjects = {
  contacts: {
    entity: 'Contact',
    fields: {
      id: 'name',
      first_name: 'first_name',
      last_name: 'last_name',
      email: 'email_id',
      phone: 'phone',
      mobile: 'mobile_no',
      company: 'company_name',
      updated_at: CHANGED,
    },
  },
  crm_leads: {
    entity: 'CRM Lead',
    fields: {
      id: 'name',
      name: 'lead_name',
      status: 'status',
      email: 'email',
      mobile: 'mobile_no',
      owner: 'lead_owner',
      updated_at: CHANGED,
    },
  },
  leads: {
    entity: 'Lead',
    fields: {
      id: 'name',
      name: 'lead_name',
      status: 'status',
      email: 'email_id',
      phone: 'phone',
      mobile: 'mobile_no',
      company: 'company_name',
      owner: 'lead_owner',
      updated_at: CHANGED,
    },
  },
};

export const frappeDecoder: Decoder<FrappeOptions> = decode.object({
  platform: decode.required(
    decode.choice(['frappe']),
    'Frappe CRM and ERPNext, on Frappe 14 to 16',
  ),
  ...WEB_FIELDS,
  authentication: decode.required(
    identityDecoder,
    'the monitoring user; it needs to read the objects below and nothing else',
  ),
  security_authentication: decode.optional(
    identityDecoder,
    'a System Manager, for jobs, users, log-ins, exports, tokens and integrations, which Frappe shows to no one else; without it they are unknown',
  ),
  objects: objectsField(
    {
      // They go into paths, filters and lists of fields: nothing that ends a name or begins a function.
      entity: /^[A-Za-z][A-Za-z0-9 _-]{0,60}$/,
      field: /^[A-Za-z_][A-Za-z0-9_]{0,62}$/,
      meaning: 'a name such as Sales Invoice or email_id',
    },
    DEFAULT_OBJECTS,
  ),
});

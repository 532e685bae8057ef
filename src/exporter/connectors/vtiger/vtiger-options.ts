import { decode, secretReference } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import { objectsField } from '../web/object-options.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { WEB_FIELDS, pauseField } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

export type VtigerIdentity = {
  readonly method: 'access_key';
  readonly user: string;
  readonly access_key: SecretReference;
  /** How long a rejected log-in is not tried again, in milliseconds. */
  readonly pause_after_rejection: number;
};

export type VtigerOptions = WebOptions & {
  readonly platform: 'vtiger';
  readonly authentication: VtigerIdentity;
  readonly security_authentication?: VtigerIdentity;
  readonly utc_offset_minutes: number;
  readonly objects: ApiObjects;
};

const identityDecoder: Decoder<VtigerIdentity> = decode.object({
  method: decode.required(decode.choice(['access_key']), 'the access key of a user'),
  user: decode.required(decode.text(), 'name of the user'),
  access_key: decode.required(secretReference(), 'where the access key is'),
  pause_after_rejection: pauseField('how long a rejected log-in is not tried again'),
});

const OWNER = 'assigned_user_id';
const CHANGED = 'modifiedtime';

/** Names as modules/Users/DefaultDataPopulator.php of Vtiger puts them into vtiger_field. */
const DEFAULT_OBJECTS: ApiObjects = {
  accounts: {
    entity: 'Accounts',
    fields: {
      id: 'id',
      name: 'accountname',
      website: 'website',
      email: 'email1',
      phone: 'phone',
      owner: OWNER,
      updated_at: CHANGED,
    },
  },
  contacts: {
    entity: 'Contacts',
    fields: {
      id: 'id',
      first_name: 'firstname',
      last_name: 'lastname',
      email: 'email',
      phone: 'phone',
      account: 'account_id',
      owner: OWNER,
      updated_at: CHANGED,
    },
  },
  leads: {
    entity: 'Leads',
    fields: {
      id: 'id',
      last_name: 'lastname',
      status: 'leadstatus',
      email: 'email',
      phone: 'phone',
      owner: OWNER,
      updated_at: CHANGED,
    },
  },
  opportunities: {
    entity: 'Potentials',
    fields: {
      id: 'id',
      name: 'potentialname',
      account: 'related_to',
      amount: 'amount',
      stage: 'sales_stage',
      close_date: 'closingdate',
      owner: OWNER,
      updated_at: CHANGED,
    },
  },
};

export const vtigerDecoder: Decoder<VtigerOptions> = decode.object({
  platform: decode.required(decode.choice(['vtiger']), 'Vtiger CRM Open Source 8'),
  ...WEB_FIELDS,
  authentication: decode.required(
    identityDecoder,
    'a user of its own, for a log-in elsewhere with the same one spoils a challenge; it needs to read the objects below',
  ),
  security_authentication: decode.optional(
    identityDecoder,
    'an administrator, who alone sees users; another user than the one above, which is asked for them when there is no such',
  ),
  utc_offset_minutes: decode.withDefault(
    decode.integer({ minimum: -720, maximum: 840 }),
    0,
    'minutes by which the times in the database are ahead of UTC ($default_timezone of config.inc.php)',
    '0',
  ),
  objects: objectsField(
    {
      // The parser of queries knows letters of ASCII, digits and the underscore.
      entity: /^[A-Za-z][A-Za-z0-9_]{0,99}$/,
      field: /^[A-Za-z][A-Za-z0-9_]{0,99}$/,
      meaning: 'a name such as Contacts or assigned_user_id',
    },
    DEFAULT_OBJECTS,
  ),
});

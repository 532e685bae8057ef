import { decode, secretReference } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import { DATABASE_DECODERS } from '../sql/sql-options.ts';
import type { DatabaseOptions } from '../sql/sql-options.ts';
import { WEB_FIELDS, pauseField } from '../web/web-options.ts';
import type { WebOptions } from '../web/web-options.ts';

export type TrytonObjectOptions = {
  readonly model: string;
  /** Each field with the fields of the model that fill it: the first that is not empty. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly domain: readonly (readonly [string, string, string | number | boolean | null])[];
};

export type TrytonIdentity = {
  readonly user: string;
  readonly password: SecretReference;
  readonly pause_after_rejection: number;
};

export type TrytonOptions = WebOptions & {
  readonly platform: 'tryton';
  readonly database: string;
  readonly authentication: TrytonIdentity;
  readonly security_authentication?: TrytonIdentity;
  readonly privileged_groups: readonly string[];
  readonly objects: Readonly<Record<string, TrytonObjectOptions>>;
  readonly utc_offset_minutes: number;
  /** Tryton 6.0 knows two engines. */
  readonly sql?: Exclude<DatabaseOptions, { engine: 'mysql' }>;
};

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const OPERATORS = ['=', '!=', '<', '<=', '>', '>=', 'like', 'ilike'] as const;
const CHANGED = ['write_date', 'create_date'];

/** What a CRM on Tryton has out of the box: module party, and sale_opportunity where it is activated. */
const DEFAULT_OBJECTS: TrytonOptions['objects'] = {
  parties: {
    model: 'party.party',
    domain: [],
    fields: {
      id: ['id'],
      name: ['name'],
      code: ['code'],
      email: ['email'],
      phone: ['phone', 'mobile'],
      updated_at: CHANGED,
    },
  },
  emails: {
    model: 'party.contact_mechanism',
    domain: [['type', '=', 'email']],
    fields: { id: ['id'], value: ['value'], party: ['party'], updated_at: CHANGED },
  },
  phones: {
    model: 'party.contact_mechanism',
    domain: [['type', '=', 'phone']],
    fields: { id: ['id'], value: ['value'], party: ['party'], updated_at: CHANGED },
  },
  addresses: {
    model: 'party.address',
    domain: [],
    fields: {
      id: ['id'],
      party: ['party'],
      street: ['street'],
      city: ['city'],
      postal_code: ['postal_code'],
      country: ['country'],
      updated_at: CHANGED,
    },
  },
  opportunities: {
    model: 'sale.opportunity',
    domain: [],
    fields: {
      id: ['id'],
      party: ['party'],
      description: ['description'],
      state: ['state'],
      amount: ['amount'],
      start_date: ['start_date'],
      updated_at: CHANGED,
    },
  },
};

const sourceDecoder: Decoder<readonly string[]> = decode.transform(
  decode.text({
    pattern: /^[a-z_][a-z0-9_]*( ?\| ?[a-z_][a-z0-9_]*)*$/,
    meaning:
      'the name of a field of the model, or several with "|" of which the first filled counts',
  }),
  (text) => text.split('|').map((name) => name.trim()),
);

const conditionDecoder = decode.object({
  field: decode.required(
    decode.text({ pattern: /^[a-z_][a-z0-9_.]*$/, meaning: 'a field' }),
    'field',
  ),
  operator: decode.withDefault(decode.choice(OPERATORS), '=', 'comparison', '"="'),
  value: decode.required(decode.text({ maximumLength: 500 }), 'value that is compared with'),
});

const objectDecoder: Decoder<TrytonObjectOptions> = decode.transform(
  decode.object({
    model: decode.required(
      decode.text({ pattern: /^[a-z_][a-z0-9_.]*$/, meaning: 'a model such as party.party' }),
      'model of Tryton',
    ),
    fields: decode.required(
      decode.map(sourceDecoder, { key: 'field name', pattern: NAME }),
      'fields that data-quality checks may use, and the field of the model that each comes from',
    ),
    domain: decode.withDefault(
      decode.list(conditionDecoder, { maximumLength: 20 }),
      [],
      'conditions that all records of the object fulfil',
      '[]',
    ),
  }),
  ({ model, fields, domain }): TrytonObjectOptions => ({
    model,
    fields,
    domain: domain.map(({ field, operator, value }) => [field, operator, value] as const),
  }),
);

const identityDecoder: Decoder<TrytonIdentity> = decode.object({
  user: decode.required(decode.text(), 'login of the user'),
  password: decode.required(secretReference(), 'where the password is'),
  pause_after_rejection: pauseField(
    'how long a rejected log-in is not tried again; Tryton throttles users whose log-ins fail',
  ),
});

export const trytonDecoder: Decoder<TrytonOptions> = decode.object({
  platform: decode.required(decode.choice(['tryton']), 'Tryton 6.0'),
  ...WEB_FIELDS,
  database: decode.required(
    decode.text({ pattern: /^[\w.-]{1,63}$/, meaning: 'the name of a database' }),
    'database of Tryton that is watched',
  ),
  authentication: decode.required(
    identityDecoder,
    'the monitoring user; it needs to read the objects below, and users, groups and scheduled actions where no other user is there for them',
  ),
  security_authentication: decode.optional(
    identityDecoder,
    'another user for users, groups, scheduled actions and the applications of all users; the monitoring user when not set',
  ),
  privileged_groups: decode.withDefault(
    decode.list(decode.text(), { minimumLength: 1, maximumLength: 50 }),
    ['Administration'],
    'groups whose members count as privileged',
    '[Administration]',
  ),
  objects: decode.withDefault(
    decode.map(objectDecoder, { key: 'object name', pattern: NAME }),
    DEFAULT_OBJECTS,
    'models whose quality is checked',
    'parties, emails, phones, addresses, opportunities',
  ),
  utc_offset_minutes: decode.withDefault(
    decode.integer({ minimum: -840, maximum: 840 }),
    0,
    'how far the clock of the Tryton server is ahead of UTC; its times carry no zone',
    '0',
  ),
  sql: decode.optional(
    decode.union('engine', {
      postgresql: DATABASE_DECODERS.postgresql,
      sqlite: DATABASE_DECODERS.sqlite,
    }),
    'read-only access to the database of Tryton, for what its API hides: failed logins and the task queue',
  ),
});

/** The models of the small Odoo of odoo-server.ts, with the files of odoo/odoo that they are taken from. */
export type Entry = Readonly<Record<string, unknown>>;
type Model = {
  /** Type of each field; "!" marks one that is not stored. */
  readonly fields: Readonly<Record<string, string>>;
  readonly records: readonly Entry[];
  readonly isForAdministrators?: true;
};

const CUSTOM = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`x_field${index}`, index % 2 === 0 ? 'char' : 'date']),
);

const PARTNER = {
  id: 0,
  name: 'n',
  email: false,
  email_normalized: false,
  phone: false,
  website: false,
  parent_id: false,
  country_id: false,
  user_id: false,
  category_id: [],
  is_company: false,
  x_score: 0,
  x_born: false,
  ...Object.fromEntries(Object.keys(CUSTOM).map((name) => [name, false])),
};

/** The number of the action that clears old log-ins. */
export const AUTOVACUUM = 5;

export const MODELS: Readonly<Record<string, Model>> = {
  'res.partner': {
    fields: {
      id: 'integer',
      name: 'char',
      email: 'char',
      email_normalized: 'char',
      phone: 'char',
      website: 'char',
      parent_id: 'many2one',
      country_id: 'many2one',
      user_id: 'many2one',
      category_id: 'many2many',
      is_company: 'boolean',
      x_score: 'integer',
      x_born: 'date',
      write_date: 'datetime',
      ...CUSTOM,
    },
    records: [
      {
        ...PARTNER,
        id: 1,
        email: 'a@example.com',
        email_normalized: 'a@example.com',
        parent_id: [4, 'Azure'],
        category_id: [1, 2],
        x_born: '2026-01-01',
        write_date: '2026-01-01 08:00:00',
      },
      { ...PARTNER, id: 2, write_date: '2026-01-03 08:00:00' },
      {
        ...PARTNER,
        id: 3,
        email: 'A@example.com',
        email_normalized: 'a@example.com',
        x_born: '2026-01-02',
        write_date: '2026-01-01 23:59:59',
      },
      {
        ...PARTNER,
        id: 4,
        email: 'c@example.com',
        email_normalized: 'c@example.com',
        write_date: '2026-01-04 08:00:00',
      },
    ],
  },
  // odoo/addons/base/models/ir_cron.py
  'ir.cron': {
    isForAdministrators: true,
    fields: {
      id: 'integer',
      active: 'boolean',
      nextcall: 'datetime',
      lastcall: 'datetime',
      failure_count: 'integer',
    },
    records: [
      [1, true, '2026-01-05 08:00:00', 0],
      [2, true, '2026-01-05 08:30:00', 3],
      [3, true, '2126-01-05 08:00:00', 0],
      [4, false, '2026-01-05 07:00:00', 0],
      [AUTOVACUUM, true, '2126-01-05 03:00:00', 0],
    ].map(([id, active, nextcall, failure_count]) => ({
      id,
      active,
      nextcall,
      lastcall: '2026-01-05 03:00:00',
      failure_count,
    })),
  },
  // The other models of odoo/addons/base/models/res_users.py.
  'res.users.log': {
    fields: { id: 'integer', create_date: 'datetime' },
    records: ['2026-01-05 08:09:59', '2026-01-05 08:10:00', '2026-01-05 08:59:00'].map(
      (create_date, index) => ({ id: index + 1, create_date }),
    ),
  },
  // Anybody may read it, but for the rules, of which there are none here: people see their own.
  'res.users.apikeys': {
    fields: { id: 'integer', create_date: 'datetime', expiration_date: 'datetime' },
    records: [
      ['2026-01-01 09:00:00', '2026-01-05 09:00:00', true],
      ['2025-12-26 09:00:00', false, true],
      ['2025-11-01 09:00:00', '2026-01-05 08:59:59', true],
      ['2025-10-01 09:00:00', false, false],
    ].map(([create_date, expiration_date, isActive], index) => ({
      id: index + 1,
      create_date,
      expiration_date,
      'user_id.active': isActive,
    })),
  },
  'ir.model': {
    isForAdministrators: true,
    fields: { id: 'integer', model: 'char' },
    records: ['res.partner', 'mail.mail', 'sms.sms', 'fetchmail.server'].map((model, index) => ({
      id: index + 1,
      model,
    })),
  },
  // addons/mail/models/mail_mail.py
  'mail.mail': {
    isForAdministrators: true,
    fields: { id: 'integer', state: 'selection', write_date: 'datetime' },
    records: [
      { id: 1, state: 'exception', write_date: '2026-01-05 07:59:59' },
      { id: 2, state: 'exception', write_date: '2026-01-05 08:00:00' },
      { id: 3, state: 'sent', write_date: '2026-01-05 08:30:00' },
    ],
  },
  // addons/sms/models/sms_sms.py
  'sms.sms': {
    isForAdministrators: true,
    fields: { id: 'integer', state: 'selection', write_date: 'datetime' },
    records: [
      { id: 1, state: 'error', write_date: '2026-01-05 08:10:00' },
      { id: 2, state: 'error', write_date: '2026-01-05 08:20:00' },
      { id: 3, state: 'canceled', write_date: '2026-01-05 08:30:00' },
    ],
  },
  // addons/mail/models/fetchmail.py
  'fetchmail.server': {
    isForAdministrators: true,
    fields: { id: 'integer', date: 'datetime', error_date: 'datetime' },
    records: [
      { id: 1, date: '2026-01-05 08:55:00', error_date: '2026-01-04 12:00:00' },
      { id: 2, date: '2026-01-05 08:55:00', error_date: false },
      { id: 3, date: '2026-01-05 07:55:00', error_date: '2026-01-05 07:55:00' },
    ],
  },
  // odoo/addons/base/models/res_users.py, addons/auth_totp/models/res_users.py
  'res.users': {
    isForAdministrators: true,
    fields: {
      id: 'integer',
      active: 'boolean',
      share: 'boolean',
      all_group_ids: 'many2many',
      groups_id: 'many2many',
      totp_enabled: 'boolean',
      log_ids: 'one2many',
    },
    records: [
      { id: 2, active: true, share: false, groups: [1, 7], totp_enabled: true, seen: [0] },
      { id: 5, active: true, share: false, groups: [1, 7], totp_enabled: false, seen: [91, 89] },
      { id: 6, active: true, share: false, groups: [1], totp_enabled: false, seen: [91] },
      { id: 7, active: true, share: true, groups: [9], totp_enabled: true, seen: [] },
      { id: 8, active: false, share: false, groups: [1, 7], totp_enabled: true, seen: [0] },
    ].map(({ groups, seen, ...user }) => ({
      ...user,
      all_group_ids: groups,
      groups_id: groups,
      'log_ids.create_date': seen.map((days) =>
        new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 19).replace('T', ' '),
      ),
    })),
  },
  'ir.model.data': {
    isForAdministrators: true,
    fields: { id: 'integer', module: 'char', name: 'char', res_id: 'integer' },
    records: [
      { id: 1, module: 'base', name: 'group_user', res_id: 1 },
      { id: 2, module: 'base', name: 'group_system', res_id: 7 },
      { id: 3, module: 'base', name: 'autovacuum_job', res_id: AUTOVACUUM },
    ],
  },
};

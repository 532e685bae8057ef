import { Client } from 'pg';

import { MONITOR, trytonTime } from '../../e2e/seed.ts';
import { repeat } from '../../e2e/scenario.ts';
import type { Life } from '../../e2e/scenario.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import { tryTrytonLogin } from '../../support/tryton-rpc.ts';
import type { TrytonRpc } from '../../support/tryton-rpc.ts';
import type { LabFault } from '../site/crm.ts';

/** What a fault of a Tryton takes hold of. */
export type TrytonPlace = {
  readonly database: string;
  readonly postgres: PostgresServer;
  /** Of the trytond itself, past the front. */
  readonly url: string;
  /** Logs in as its administrator. */
  admin(): Promise<TrytonRpc>;
  readonly synchronisation: Life;
};

const HOUR_MS = 3_600_000;

/** How many of `count` a fault hits: a fifth to three fifths. */
function shareOf(count: number, strength: number): number {
  return Math.round(count * (0.2 + 0.4 * strength));
}

/** Runs one statement to break and another to mend. */
function sqlFault(
  place: TrytonPlace,
  fault: Pick<LabFault, 'id' | 'faultClass'>,
  statements: (strength: number) => { readonly spoil: string; readonly restore: string },
): LabFault {
  return {
    ...fault,
    async break(strength) {
      const { spoil, restore } = statements(strength);
      await place.postgres.sql(place.database, spoil);
      return async () => void (await place.postgres.sql(place.database, restore));
    },
  };
}

/** The ids of a share of a table, spread over it, the same each time. */
function someOf(table: string, strength: number, condition = 'true'): string {
  const limit = `(SELECT ceil(count(*) * ${0.2 + 0.4 * strength}) FROM ${table} WHERE ${condition})`;
  return `SELECT id FROM ${table} WHERE ${condition} ORDER BY (id * 7919) % 1009, id LIMIT ${limit}`;
}

function accessFaults(place: TrytonPlace): readonly LabFault[] {
  const monitorOf = async (admin: TrytonRpc): Promise<number> =>
    (await admin.search('res.user', [['login', '=', MONITOR.login]]))[0] ?? -1;
  return [
    {
      id: 'tryton_password_changed',
      faultClass: 'authentication',
      async break() {
        const setPassword = async (password: string): Promise<void> => {
          const admin = await place.admin();
          await admin.setUserPassword(await monitorOf(admin), password);
        };
        await setPassword('Fjord-27wanp');
        return () => setPassword(MONITOR.password);
      },
    },
    {
      id: 'tryton_rights_removed',
      faultClass: 'authorization',
      async break() {
        const setRight = async (right: boolean): Promise<void> => {
          // As an administrator who takes the right to read from everybody but administrators.
          const models = `SELECT id FROM ir_model WHERE model IN ('party.party', 'sale.opportunity')`;
          const statement = right
            ? `DELETE FROM ir_model_access WHERE description = 'lab'`
            : `INSERT INTO ir_model_access (model, description, active, perm_read, perm_write, perm_create, perm_delete)
               SELECT id, 'lab', true, false, false, false, false FROM (${models}) AS models`;
          await place.postgres.sql(place.database, statement);
          // Tryton keeps rights in a cache, which a write of its own clears.
          const admin = await place.admin();
          const [access] = await admin.search('ir.model.access', [], 1);
          await admin.write('ir.model.access', [access ?? -1], { description: null });
        };
        await setRight(false);
        return () => setRight(true);
      },
    },
    {
      id: 'tryton_logins_failing',
      faultClass: 'security_intrusion',
      break(strength) {
        // Many names, since Tryton slows down whoever guesses at one; below its limit for one address.
        let attempts = 0;
        const guess = async (): Promise<unknown> =>
          tryTrytonLogin(place.url, place.database, `guess-${attempts++}`, 'Sesame-open-99-Please');
        const stop = repeat(900 - 600 * strength, guess);
        return Promise.resolve(async () => {
          await stop();
          // Tryton itself would remember them for another five minutes.
          await place.postgres.sql(place.database, 'DELETE FROM res_user_login_attempt');
        });
      },
    },
    {
      id: 'tryton_administrators_added',
      faultClass: 'privilege_change',
      async break(strength) {
        const admin = await place.admin();
        const added: number[] = [];
        for (let number = 0; number <= Math.floor(3 * strength); number++) {
          const login = `mallory-${Date.now()}-${number}`;
          const groups = ['Administration'];
          added.push(await admin.createUser({ login, password: 'Quxet-17hand', groups }));
        }
        return async () => {
          const later = await place.admin();
          for (const id of added) {
            await later.setUserGroups(id, []);
            await later.setUserActive(id, false);
          }
        };
      },
    },
  ];
}

function databaseFaults({ database, postgres }: TrytonPlace): readonly LabFault[] {
  return [
    {
      id: 'tryton_database_gone',
      faultClass: 'database',
      async break() {
        await postgres.setConnections(database, false);
        return () => postgres.setConnections(database, true);
      },
    },
    {
      id: 'tryton_database_locked',
      faultClass: 'database',
      async break() {
        const { host, port, user } = postgres;
        const client = new Client({ host, port, user, database });
        client.on('error', () => {});
        await client.connect();
        await client.query('BEGIN');
        // A lock on ir_session would freeze the whole server with all its databases: its requests share one lock.
        await client.query('LOCK TABLE res_user, party_party IN ACCESS EXCLUSIVE MODE');
        return async () => {
          await client.query('ROLLBACK');
          await client.end();
        };
      },
    },
  ];
}

function workFaults(place: TrytonPlace): readonly LabFault[] {
  return [
    {
      id: 'tryton_jobs_stuck',
      faultClass: 'background_jobs',
      async break(strength) {
        // What a scheduler leaves behind that died some hours ago: its jobs are due and nobody does them.
        const setNextCall = async (atMs: number): Promise<void> => {
          const admin = await place.admin();
          const jobs = await admin.search('ir.cron', []);
          await admin.write('ir.cron', jobs, { next_call: trytonTime(atMs) });
        };
        await setNextCall(Date.now() - (0.5 + 5 * strength) * HOUR_MS);
        return () => setNextCall(Date.now() + 24 * HOUR_MS);
      },
    },
    {
      id: 'tryton_synchronisation_stopped',
      faultClass: 'integration_sync',
      async break(strength) {
        await place.synchronisation.halt();
        // Its tasks are queued and nobody takes them.
        const tasks = Math.round(3 + 30 * strength);
        await place.postgres.sql(
          place.database,
          `INSERT INTO ir_queue (name, enqueued_at)
           SELECT 'synchronise', LOCALTIMESTAMP FROM generate_series(1, ${tasks})`,
        );
        return async () => {
          await place.postgres.sql(
            place.database,
            `DELETE FROM ir_queue WHERE name = 'synchronise'`,
          );
          place.synchronisation.begin();
        };
      },
    },
  ];
}

function dataFaults(place: TrytonPlace): readonly LabFault[] {
  const emails = (strength: number): string =>
    someOf('party_contact_mechanism', strength, `type = 'email'`);
  const deactivate = (restore: boolean): string =>
    restore
      ? `UPDATE party_contact_mechanism SET active = true WHERE type = 'email'`
      : `UPDATE party_contact_mechanism SET active = false WHERE id IN`;
  return [
    sqlFault(
      place,
      { id: 'tryton_emails_missing', faultClass: 'data_quality_import' },
      (strength) => ({
        spoil: `${deactivate(false)} (${emails(strength)})`,
        restore: deactivate(true),
      }),
    ),
    sqlFault(
      place,
      { id: 'tryton_emails_invalid', faultClass: 'data_quality_import' },
      (strength) => ({
        spoil: `UPDATE party_contact_mechanism SET value = replace(value, '@', ' at ') WHERE id IN (${emails(strength)})`,
        restore: `UPDATE party_contact_mechanism SET value = replace(value, ' at ', '@') WHERE type = 'email'`,
      }),
    ),
    {
      id: 'tryton_parties_duplicated',
      faultClass: 'data_quality_import',
      async break(strength) {
        const admin = await place.admin();
        const found = (await admin.call(
          'model.party.contact_mechanism.search_read',
          [['type', '=', 'email']],
          0,
          shareOf(90, strength),
          [['id', 'ASC']],
          ['value'],
        )) as readonly { readonly value: string }[];
        const copies = await admin.createParties(
          found.map(({ value }, index) => ({
            name: `Imported again ${index}`,
            email: value,
            phone: `+4940${3_200_000 + index * 41}`,
          })),
        );
        return async () => (await place.admin()).delete('party.party', copies);
      },
    },
    sqlFault(place, { id: 'tryton_parties_deactivated', faultClass: 'data_decay' }, (strength) => ({
      // No search finds them any more, and what refers to them leads to nothing that a user can see.
      spoil: `UPDATE party_party SET active = false WHERE id IN (${someOf('party_party', strength, 'id IN (SELECT party FROM sale_opportunity)')})`,
      restore: `UPDATE party_party SET active = true WHERE NOT active`,
    })),
    sqlFault(place, { id: 'tryton_parties_stale', faultClass: 'data_decay' }, (strength) => ({
      spoil: `UPDATE party_party SET write_date = LOCALTIMESTAMP - interval '500 days' WHERE id IN (${someOf('party_party', strength + 0.5)})`,
      restore: `UPDATE party_party SET write_date = LOCALTIMESTAMP`,
    })),
  ];
}

/** Everything that is broken within a real Tryton and its PostgreSQL. */
export function trytonFaults(place: TrytonPlace): readonly LabFault[] {
  return [
    ...databaseFaults(place),
    ...accessFaults(place),
    ...workFaults(place),
    ...dataFaults(place),
  ];
}

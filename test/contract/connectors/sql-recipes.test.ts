import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { connectorOf, yamlOfDocument } from '../../support/connector-support.ts';
import { mariadbMissing, startMariadb } from '../../support/mariadb-server.ts';
import type { MariadbServer } from '../../support/mariadb-server.ts';
import { postgresMissing, startPostgres } from '../../support/postgres-server.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import { knownNumbersIn } from './calls.ts';
import { RECIPE_TABLES } from './sql-recipe-tables.ts';

type Recipe = { readonly connection: { readonly queries: Readonly<Record<string, string>> } };
type Crm = keyof typeof RECIPE_TABLES;

/** The recipes stand on the page in this order, after the example. */
const PLACES: Readonly<Record<Crm, number>> = { suitecrm: 1, vtiger: 2, dolibarr: 3, tryton: 4 };
const CALL = { timeoutMs: 5000 };

function recipeOf(crm: Crm): Recipe {
  const recipe = yamlOfDocument('docs/connectors/sql.md', PLACES[crm]) as Recipe & { name: string };
  expect(recipe.name).toBe(`${crm}-database`);
  return recipe;
}

/** Everything that a recipe can be asked, in one record; times are of the last hour. */
async function factsOf(connector: Connector): Promise<Record<string, unknown>> {
  const sinceMs = Date.now() - 3_600_000;
  const outcomes = {
    jobs: await connector.jobs?.(CALL, Date.now()),
    logins: await connector.logins?.(CALL, sinceMs),
    accounts: await connector.accounts?.(CALL),
    auditTrail: await connector.auditTrail?.(CALL, sinceMs),
    apiTokens: await connector.apiTokens?.(CALL, Date.now()),
    integrations: await connector.integrations?.(CALL, sinceMs),
  };
  const asked = Object.entries(outcomes).filter(([, outcome]) => outcome !== undefined);
  for (const [name, outcome] of asked) expect(outcome, name).toMatchObject({ ok: true });
  return Object.fromEntries(asked.map(([name, outcome]) => [name, outcome?.ok && outcome.value]));
}

const known = (value: unknown): object => ({ known: true, value });
/** Seconds that went on while the test ran. */
const about = (seconds: number): object => ({
  known: true,
  value: expect.toSatisfy((value: number) => value >= seconds && value < seconds + 120),
});

/** A number for each query: one that was never run would be missing. */
function countNumbers(facts: Record<string, unknown>): number {
  return knownNumbersIn(Object.values(facts)).length;
}

describe.skipIf(mariadbMissing() !== undefined)('recipes on MariaDB', () => {
  let server: MariadbServer;
  beforeAll(async () => {
    server = await startMariadb();
    for (const crm of ['suitecrm', 'vtiger', 'dolibarr'] as const) {
      const zone = crm === 'dolibarr' ? 'sysdate()' : 'utc_timestamp()';
      const rows = RECIPE_TABLES[crm].replaceAll(
        /AGO\((-?\d+)\)/g,
        `date_sub(${zone}, INTERVAL $1 SECOND)`,
      );
      await server.sql(`CREATE DATABASE ${crm} CHARACTER SET utf8mb4`);
      await server.sql(rows, crm);
    }
    await server.sql(
      `CREATE USER monitor@'127.0.0.1' IDENTIFIED BY 's3cret'; GRANT SELECT ON *.* TO monitor@'127.0.0.1'`,
    );
  }, 180_000);
  afterAll(async () => server.stop());

  function connect(crm: Crm): Connector {
    const { connection } = recipeOf(crm);
    const place = { host: '127.0.0.1', port: server.port, database: crm, user: 'monitor' };
    const database = { engine: 'mariadb', ...place, password: { environment: 'PASSWORD' } };
    return connectorOf({ ...connection, database }, { PASSWORD: 's3cret' });
  }

  it('SuiteCRM: every query gives its number', async () => {
    const connector = connect('suitecrm');
    const facts = await factsOf(connector);
    expect(facts).toMatchObject({
      accounts: { activeUsers: known(2), privilegedUsers: known(1), secondFactorUsers: known(1) },
      jobs: {
        byState: { pending: known(1), running: known(1), failed: known(3) },
        oldestPendingAgeSeconds: about(600),
        failedSchedules: known(2),
      },
      auditTrail: { permissionChanges: known(4) },
      apiTokens: { active: known(2), oldestAgeSeconds: about(86_400) },
      integrations: [{ integration: 'message', failures: known(1) }],
    });
    expect(countNumbers(facts)).toBe(Object.keys(recipeOf('suitecrm').connection.queries).length);
    await connector.close();
  });

  it('Vtiger: every query gives its number', async () => {
    const connector = connect('vtiger');
    const facts = await factsOf(connector);
    expect(facts).toMatchObject({
      logins: { succeeded: known(1), failed: { known: false, reason: 'not_configured' } },
      accounts: { activeUsers: known(3), privilegedUsers: known(1), inactiveUsers: known(2) },
      jobs: { byState: { pending: known(2) }, oldestPendingAgeSeconds: about(600) },
    });
    expect(countNumbers(facts)).toBe(Object.keys(recipeOf('vtiger').connection.queries).length);
    await connector.close();
  });

  it('Dolibarr: every query gives its number, and log-ins that are not recorded are unknown', async () => {
    const connector = connect('dolibarr');
    const facts = await factsOf(connector);
    expect(facts).toMatchObject({
      logins: { failed: known(1), succeeded: { known: false, reason: 'empty' } },
      auditTrail: { isRecording: known(true) },
      accounts: { activeUsers: known(3), privilegedUsers: known(1), inactiveUsers: known(2) },
      jobs: {
        byState: { pending: known(1), running: known(1) },
        oldestPendingAgeSeconds: about(600),
        failedSchedules: known(1),
      },
      apiTokens: { active: known(1) },
    });
    const queries = Object.keys(recipeOf('dolibarr').connection.queries);
    expect(countNumbers(facts)).toBe(queries.length - 1);
    await server.sql(
      `UPDATE llx_const SET value = '1' WHERE name = 'MAIN_LOGEVENTS_USER_LOGIN';
       DELETE FROM llx_const WHERE name IN ('MAIN_LOGEVENTS_USER_MODIFY', 'MAIN_LOGEVENTS_USER_LOGIN_FAILED')`,
      'dolibarr',
    );
    expect(await factsOf(connector)).toMatchObject({
      logins: { failed: { known: false, reason: 'empty' }, succeeded: known(1) },
      auditTrail: { isRecording: known(false) },
    });
    await connector.close();
  });
});

describe.skipIf(postgresMissing() !== undefined)('recipes on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    await server.sql('postgres', 'CREATE ROLE monitor LOGIN');
  });
  afterAll(async () => server.stop());

  it.each(['UTC', 'Asia/Tokyo'])('Tryton: every query gives its number, in %s', async (zone) => {
    const name = `tryton_${zone.replace(/\W/, '_').toLowerCase()}`;
    await server.createDatabase(name);
    await server.sql(name, `ALTER DATABASE ${name} SET timezone = '${zone}'`);
    const rows = RECIPE_TABLES.tryton.replaceAll(/\bNOW\b/g, "(now() AT TIME ZONE 'UTC')");
    await server.sql(name, rows);
    await server.sql(name, 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO monitor');
    const { connection } = recipeOf('tryton');
    const place = { host: '127.0.0.1', port: server.port, database: name, user: 'monitor' };
    const connector = connectorOf({ ...connection, database: { engine: 'postgresql', ...place } });
    const facts = await factsOf(connector);
    expect(facts).toMatchObject({
      logins: { failed: known(1) },
      accounts: { activeUsers: known(2), privilegedUsers: known(1) },
      jobs: {
        byState: { pending: known(1), running: known(1) },
        oldestPendingAgeSeconds: about(600),
      },
      apiTokens: { active: known(2), oldestAgeSeconds: about(86_400) },
    });
    expect(countNumbers(facts)).toBe(Object.keys(recipeOf('tryton').connection.queries).length);
    await connector.close();
  });
});

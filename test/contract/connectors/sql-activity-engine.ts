import { expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { CALL } from './sql-engine.ts';

/** What an engine has in its own words. */
export type Dialect = {
  /** SQL of whether a column is within the window. */
  readonly since: (column: string) => string;
  /** SQL of the seconds since a time that an aggregate gives. */
  readonly age: (time: string) => string;
  /** SQL of true and false, as far as there are such. */
  readonly truth: readonly [string, string];
};

export const ACTIVITY_SCHEMA = `
  CREATE TABLE attempts (at TIME_TYPE, reason varchar(20));
  INSERT INTO attempts VALUES
    ('2026-01-05 08:29:59', 'password'), ('2026-01-05 08:30:00', 'password'), ('2026-01-05 08:31:00', 'password'),
    ('2026-01-05 08:32:00', 'no_such_user'), ('2026-01-05 08:33:00', 'strange'), ('2026-01-05 09:00:00', NULL);
  CREATE TABLE trail (at TIME_TYPE, kind varchar(20));
  INSERT INTO trail VALUES
    ('2026-01-05 08:29:59', 'role'), ('2026-01-05 08:30:00', 'role'), ('2026-01-05 09:00:00', 'export');
  CREATE TABLE tokens (made TIME_TYPE, ended integer);
  INSERT INTO tokens VALUES ('2020-01-01 00:00:00', 1), ('2026-01-01 00:00:00', 0), ('2026-01-02 00:00:00', 0);
  CREATE TABLE deliveries (at TIME_TYPE, kind varchar(20), ok integer);
  INSERT INTO deliveries VALUES
    ('2026-01-05 08:29:59', 'hook', 0), ('2026-01-05 08:30:00', 'hook', 0), ('2026-01-05 09:00:00', 'hook', 1);
  CREATE TABLE plans (name varchar(20), failed integer);
  INSERT INTO plans VALUES ('nightly', 1), ('weekly', 0);`;
export const ACTIVITY_TABLES = ['attempts', 'trail', 'tokens', 'deliveries', 'plans'] as const;

const SINCE_MS = Date.UTC(2026, 0, 5, 8, 30);

function queriesOf({ since, age }: Dialect): Record<string, string> {
  const attempts = (condition: string): string =>
    `SELECT count(*) FROM attempts WHERE ${condition} AND ${since('at')}`;
  const failures = (kind: string): string =>
    `SELECT count(*) FROM deliveries WHERE ok = 0 AND kind = '${kind}' AND ${since('at')}`;
  return {
    failed_logins: attempts('reason IS NOT NULL'),
    failed_logins_password: attempts("reason = 'password'"),
    failed_logins_unknown_user: attempts("reason = 'no_such_user'"),
    successful_logins: attempts('reason IS NULL'),
    failed_schedules: 'SELECT count(*) FROM plans WHERE failed = 1',
    permission_changes: `SELECT count(*) FROM trail WHERE kind = 'role' AND ${since('at')}`,
    mass_exports: `SELECT count(*) FROM trail WHERE kind = 'export' AND ${since('at')}`,
    audit_trail_recording: `SELECT CASE WHEN max(at) IS NULL THEN 0 ELSE 1 END FROM trail WHERE ${since('at')}`,
    api_tokens: 'SELECT count(*) FROM tokens WHERE ended = 0',
    oldest_api_token_age: `SELECT ${age('min(made)')} FROM tokens WHERE ended = 0`,
    integration_failures_import: failures('import'),
    integration_failures_webhook: failures('hook'),
  };
}

/** All engines give the same answers. `open` connects with the given queries alone. */
export function describeActivity(
  name: string,
  dialect: Dialect,
  open: (queries: object) => Connector,
): void {
  const queries = queriesOf(dialect);

  /** What a connector with some of the queries, and with others, is asked, closed afterwards. */
  async function ask<T>(given: object, work: (connector: Connector) => Promise<T>): Promise<T> {
    const connector = open(given);
    const answer = await work(connector);
    await connector.close();
    return answer;
  }
  const logIns = async (given: object): Promise<unknown> =>
    ask(given, async (connector) => connector.logins?.(CALL, SINCE_MS));
  const only = (...names: readonly string[]): object =>
    Object.fromEntries(names.map((each) => [each, queries[each]]));

  it(`${name}: counts what happened from the very start of the window on`, async () => {
    await ask(queries, async (connector) => {
      expect(await connector.logins?.(CALL, SINCE_MS)).toEqual({
        ok: true,
        value: {
          failed: { known: true, value: 4 },
          failedByReason: { known: true, value: { password: 2, unknown_user: 1, other: 1 } },
          succeeded: { known: true, value: 1 },
        },
      });
      expect(await connector.auditTrail?.(CALL, SINCE_MS)).toEqual({
        ok: true,
        value: {
          isRecording: { known: true, value: true },
          permissionChanges: { known: true, value: 1 },
          massExports: { known: true, value: 1 },
        },
      });
      expect(await connector.integrations?.(CALL, SINCE_MS)).toEqual({
        ok: true,
        value: [
          { integration: 'import', failures: { known: true, value: 0 } },
          { integration: 'webhook', failures: { known: true, value: 1 } },
        ],
      });
      const later = SINCE_MS + 86_400_000;
      expect(await connector.auditTrail?.(CALL, later)).toMatchObject({
        value: {
          isRecording: { value: false },
          permissionChanges: { known: false, reason: 'not_configured' },
          massExports: { known: false, reason: 'not_configured' },
        },
      });
    });
  });

  it(`${name}: counts schedules and tokens, and tells how old the oldest is`, async () => {
    await ask(queries, async (connector) => {
      expect(await connector.jobs?.(CALL, 0)).toMatchObject({
        value: { failedSchedules: { value: 1 }, byState: { failed: { reason: 'not_configured' } } },
      });
      const tokens = await connector.apiTokens?.(CALL, 0);
      expect(tokens).toMatchObject({ value: { active: { value: 2 } } });
      const age = tokens?.ok === true ? tokens.value.oldestAgeSeconds : undefined;
      const expected = (Date.now() - Date.UTC(2026, 0, 1)) / 1000;
      expect(age?.known === true && Math.abs(age.value - expected)).toBeLessThan(60);
    });
    const none = `${queries['oldest_api_token_age'] ?? ''} AND ended = 1`;
    await ask({ oldest_api_token_age: none }, async (connector) =>
      expect(await connector.apiTokens?.(CALL, 0)).toMatchObject({
        value: { active: { reason: 'not_configured' }, oldestAgeSeconds: { reason: 'empty' } },
      }),
    );
  });

  it(`${name}: adds what no reason accounts for to the others, and never up to too many`, async () => {
    const some = only('failed_logins', 'failed_logins_password');
    expect(await logIns(some)).toMatchObject({
      value: { failedByReason: { value: { password: 2, other: 2 } }, succeeded: { known: false } },
    });
    expect(await logIns({ ...some, failed_logins_other: 'SELECT 1' })).toMatchObject({
      value: { failed: { value: 4 }, failedByReason: { value: { password: 2, other: 2 } } },
    });
    expect(await logIns({ ...some, failed_logins_locked: 'SELECT 3' })).toMatchObject({
      value: { failed: { value: 4 }, failedByReason: { known: false, reason: 'undetermined' } },
    });
    const others = { ...only('failed_logins_password'), failed_logins_other: 'SELECT 5' };
    expect(await logIns(others)).toMatchObject({
      value: { failed: { value: 7 }, failedByReason: { value: { password: 2, other: 5 } } },
    });
    const none = { ...others, failed_logins_other: 'SELECT 1 WHERE 1 = 0' };
    expect(await logIns(none)).toMatchObject({
      value: {
        failed: { known: false, reason: 'empty' },
        failedByReason: { known: false, reason: 'empty' },
      },
    });
    expect(await logIns(only('successful_logins'))).toMatchObject({
      value: {
        failed: { known: false, reason: 'not_configured' },
        failedByReason: { known: false, reason: 'not_configured' },
        succeeded: { value: 1 },
      },
    });
  });

  it(`${name}: takes for true and false what the engine has for them, and nothing else`, async () => {
    const recording = async (query: string): Promise<unknown> =>
      ask({ audit_trail_recording: query }, async (connector) =>
        connector.auditTrail?.(CALL, SINCE_MS),
      );
    for (const [index, literal] of dialect.truth.entries()) {
      expect(await recording(`SELECT ${literal}`), literal).toMatchObject({
        value: { isRecording: { value: index === 0 }, massExports: { reason: 'not_configured' } },
      });
    }
    expect(await recording('SELECT NULL')).toMatchObject({
      value: { isRecording: { known: false, reason: 'empty' } },
    });
    for (const query of ['SELECT 2', 'SELECT -1', "SELECT 'on'", 'SELECT ended FROM tokens']) {
      expect(await recording(query), query).toMatchObject({
        failure: { reason: 'schema_changed' },
      });
    }
  });

  it(`${name}: makes no number of what is none, whatever is asked for`, async () => {
    for (const query of ["SELECT 'many'", 'SELECT -1', 'SELECT ended FROM tokens', 'SELECT x']) {
      const names = Object.keys(queries).filter((each) => each !== 'failed_logins_password');
      for (const each of names.filter((one) => one !== 'failed_logins_unknown_user')) {
        await ask({ [each]: query }, async (connector) => {
          const outcome =
            (await connector.logins?.(CALL, SINCE_MS)) ??
            (await connector.auditTrail?.(CALL, SINCE_MS)) ??
            (await connector.integrations?.(CALL, SINCE_MS)) ??
            (await connector.jobs?.(CALL, 0)) ??
            (await connector.apiTokens?.(CALL, 0));
          expect(outcome, `${each}: ${query}`).toMatchObject({
            ok: false,
            failure: { reason: 'schema_changed' },
          });
        });
      }
    }
  });
}

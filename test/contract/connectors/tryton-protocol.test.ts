import { describe, expect, it } from 'vitest';

import { toScalar } from '../../../src/exporter/connectors/tryton/tryton-values.ts';
import { connectorOf } from '../../support/connector-support.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { describeWebConnector } from './contract.ts';

const CONNECTION = {
  platform: 'tryton',
  database: 'crm',
  authentication: { user: 'monitor', password: { environment: 'PASSWORD' } },
};
const SECRETS = { PASSWORD: 's3cret' };

type Rpc = { readonly method: string; readonly params: readonly unknown[] };
const READING = /^(common\.|model\.[\w.]+\.(search_read|search_count|get_preferences)$)/;

/** As much of Tryton as the connector asks; the real one is in test/contract/tryton.test.ts. */
function respond({ body }: SeenRequest): GoodAnswer {
  const { method } = JSON.parse(body) as Rpc;
  const results: Readonly<Record<string, unknown>> = {
    'common.server.version': '6.0.29',
    'common.db.login': [1, 'session-key'],
    'model.res.user.get_preferences': { company: 1 },
    'model.res.user.search_count': 1,
    'model.party.party.search_count': 2,
    'model.party.party.search_read': [
      { id: 1, name: 'A', code: '1' },
      { id: 2, name: '', code: '2' },
    ],
    'model.ir.cron.search_read': [],
    'model.res.group.search_read': [{ id: 3 }],
    'model.res.user.search_read': [{ id: 1, groups: [3] }],
    'model.ir.rule.group.search_read': [{ id: 1, global_p: false }],
    'model.res.user.application.search_read': [],
  };
  return { body: { id: 1, result: results[method] ?? null } };
}

describeWebConnector({
  name: 'tryton',
  respond,
  create: (url, authority) =>
    connectorOf(
      { ...CONNECTION, url, tls: { ca_file: 'ca.pem' } },
      { ...SECRETS, 'ca.pem': authority },
    ),
  object: 'parties',
  field: 'name',
  values: ['A', ''],
  isReadOnly: ({ body }) => READING.test((JSON.parse(body) as Rpc).method),
  isLogIn: ({ body }) => (JSON.parse(body) as Rpc).method === 'common.db.login',
  // The path names the database and nothing else.
  reasons: {
    404: 'database_unavailable',
    410: 'database_unavailable',
    // Tryton has no quota that could be used up.
    '429 that asks to wait an hour': 'rate_limited',
  },
});

describe('tryton protocol', () => {
  it.each([
    [["Database '/x/crm.sqlite' doesn't exist!", ''], 'database_unavailable'],
    [['database is locked', ''], 'database_unavailable'],
    [['connection to server at "x", port 5432 failed: FATAL', ''], 'database_unavailable'],
    [['UserError', ['You are not allowed to access "User".', '', null]], 'authorization'],
    [["'sale.opportunity'", ''], 'schema_changed'],
    [['division by zero', ''], 'server_error'],
  ])('reads the error %j as %s', async (error, reason) => {
    const server = await startFaultServer({
      respond: (request) =>
        request.body.includes('common.db.login') ? respond(request) : { body: { id: 1, error } },
    });
    const connector = connectorOf({ ...CONNECTION, url: server.url }, SECRETS);
    expect(await connector.accounts?.({ timeoutMs: 2000 })).toMatchObject({ failure: { reason } });
    await connector.close();
    await server.close();
  });

  it.each([
    ['the same page again and again', (id: number) => ({ id, name: 'A' })],
    ['records without a number', () => ({ id: 'a', name: 'A' })],
  ])('ends a scan that is given %s', async (_name, recordOf) => {
    const full = Array.from({ length: 1000 }, (_, index) => recordOf(index + 1));
    const server = await startFaultServer({
      respond: (request) =>
        request.body.includes('party.search_read')
          ? { body: { id: 1, result: full } }
          : respond(request),
    });
    const connector = connectorOf({ ...CONNECTION, url: server.url }, SECRETS);
    expect(
      await connector.scan?.({ timeoutMs: 20_000 }, 'parties', ['name'], () => true),
    ).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
    await connector.close();
    await server.close();
  });

  it('decodes what JSON lacks', () => {
    const time = { __class__: 'datetime', year: 2026, month: 1, day: 2, hour: 1, minute: 30, second: 5, microsecond: 7000 };
    expect(toScalar(time, 60)).toBe('2026-01-02T00:30:05.007Z');
    expect(toScalar({ __class__: 'date', year: 2026, month: 1, day: 2 }, 60)).toBe('2026-01-02');
    expect(toScalar({ __class__: 'Decimal', decimal: '12.50' }, 0)).toBe(12.5);
    expect(toScalar({ __class__: 'surprise' }, 0)).toBeUndefined();
    expect(toScalar([1, 2], 0)).toBe(2);
  }); // prettier-ignore
});

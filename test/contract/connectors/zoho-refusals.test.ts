import { expect, it } from 'vitest';

import { connectorOf } from '../../support/connector-support.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { callsOf } from './calls.ts';

/** The specification has such bodies among those of 200 (zoho/crm-oas, v8.0: users.json, record.json). */
it.each([
  ['INTERNAL_SERVER_ERROR', 'server_error'],
  ['NO_PERMISSION', 'authorization'],
])('takes a success with the body of the error %s for %s', async (code, reason) => {
  const server = await startFaultServer({
    respond: ({ path }) =>
      path === '/oauth/v2/token'
        ? { body: { access_token: 'token', expires_in: 3600 } }
        : { body: { code, details: {}, message: 'a message', status: 'error' } },
  });
  const connector = connectorOf({
    platform: 'zoho',
    url: server.url,
    accounts_url: server.url,
    authentication: {
      method: 'refresh_token',
      client_id: '1000.ABC',
      client_secret: { environment: 'SECRET' },
      refresh_token: { environment: 'REFRESH' },
    },
  });
  try {
    const calls = callsOf(connector, { object: 'contacts', field: 'email', values: [] });
    for (const [name, run] of Object.entries(calls)) {
      const outcome = await run({ timeoutMs: 5000 });
      expect(outcome, name).toMatchObject({ ok: false, failure: { reason } });
    }
  } finally {
    await connector.close();
    await server.close();
  }
});

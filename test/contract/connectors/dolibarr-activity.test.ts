import { describe, expect, it } from 'vitest';

import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';

const CONNECTION = { platform: 'dolibarr', authentication: { key: { environment: 'KEY' } } };
const READER = { security_authentication: { key: { environment: 'READER' } } };
const SECRETS = { KEY: 's3cret', READER: 's3cret-too' };
const CALL = { timeoutMs: 5000 };
const USER = { id: '1', status: '1', admin: '1' };

const startTarget = createTargets();

/** The list of users of htdocs/user/class/api_users.class.php, for whoever has the right to read it. */
function listing(users: readonly object[]): (request: SeenRequest) => GoodAnswer {
  return ({ path, headers }) => {
    if (headers['dolapikey'] !== 's3cret-too') {
      const message = 'Forbidden: You are not allowed to read list of users';
      return { status: 403, body: { error: { code: 403, message } } };
    }
    const filter = new URL(path, 'http://crm.test').searchParams.get('sqlfilters');
    return { body: filter === '(t.rowid:>:0)' ? users : [] };
  };
}

const target = (respond: Respond, changes: object = READER): Promise<Target> =>
  startTarget({ respond, connection: { ...CONNECTION, ...changes }, secrets: SECRETS });

describe('what dolibarr tells of activity', () => {
  it('asks the second identity for users, and the first one where there is no other', async () => {
    const [connector, server] = await target(listing([{ ...USER, datelastlogin: '' }]));
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: { value: 1 }, inactiveUsers: { value: 1 } },
    });
    const asked = server.seen[0]?.path ?? '';
    expect(new URL(asked, 'http://crm.test').searchParams.get('properties')).toBe(
      'id,status,statut,admin,datelastlogin',
    );
    const [alone] = await target(listing([]), {});
    expect(await alone.accounts?.(CALL)).toMatchObject({
      failure: { reason: 'authorization' },
    });
  });

  it('watches the end of both identities', async () => {
    const [connector] = await target(listing([]));
    expect(await connector.credentials?.(CALL)).toMatchObject({
      value: [{ identity: 'data' }, { identity: 'security' }],
    });
  });

  it.each([{}, { datelastlogin: 'yesterday' }, { datelastlogin: -5 }, { datelastlogin: {} }])(
    'makes no number of a last log-in like %j',
    async (seen) => {
      const [connector] = await target(listing([{ ...USER, ...seen }]));
      expect(await connector.accounts?.(CALL)).toMatchObject({
        failure: { reason: 'schema_changed' },
      });
    },
  );

  it('has no method for what the API never shows', async () => {
    const [connector] = await target(listing([]));
    const { logins, jobs, auditTrail, apiTokens, integrations, limits } = connector;
    for (const method of [logins, jobs, auditTrail, apiTokens, integrations, limits]) {
      expect(method).toBeUndefined();
    }
  });
});

import { describe, expect, it } from 'vitest';

import type { SeenRequest } from '../../support/fault-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Target } from '../../support/targets.ts';
import { createVtiger } from '../../support/vtiger-server.ts';

const identityOf = (user: string): object => ({
  method: 'access_key',
  user,
  access_key: { environment: 'KEY' },
});
const CONNECTION = {
  platform: 'vtiger',
  authentication: identityOf('monitor'),
  security_authentication: identityOf('boss'),
};
const CALL = { timeoutMs: 5000 };

const startTarget = createTargets();

/** A monitoring user and an administrator, who is named in challenges and log-ins, and by the session. */
function target(changes: object = {}): Promise<Target> {
  const monitor = createVtiger({ isAdministrator: false });
  const boss = createVtiger({ user: 'boss' });
  return startTarget({
    respond: (request) => (isOfBoss(request) ? boss(request) : monitor(request)),
    connection: { ...CONNECTION, ...changes },
    secrets: { KEY: 's3cret' },
  });
}

const isOfBoss = ({ path, body }: SeenRequest): boolean => `${path}${body}`.includes('boss');

describe('what vtiger tells of activity', () => {
  it('asks an administrator for users, and nothing else', async () => {
    const [connector, server] = await target();
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: { value: 3 }, privilegedUsers: { value: 1 } },
    });
    expect(server.seen.every(isOfBoss)).toBe(true);
    const before = server.seen.length;
    expect(await connector.login?.(CALL)).toMatchObject({ ok: true });
    expect(await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }])).toMatchObject({
      value: [{ value: 3 }],
    });
    expect(server.seen.slice(before).some(isOfBoss)).toBe(false);
  });

  it('says that an administrator is missing', async () => {
    const [connector] = await target({ security_authentication: undefined });
    const missing = { known: false, reason: 'not_permitted' };
    expect(await connector.accounts?.(CALL)).toMatchObject({ value: { activeUsers: missing } });
  });

  it('takes no administrator among the users for a user who is none, where the version does not say', async () => {
    const vtiger = createVtiger({ user: 'boss' });
    const [connector] = await startTarget({
      respond(request) {
        const given = vtiger(request);
        const text = typeof given.body === 'string' ? given.body : JSON.stringify(given.body);
        const isLogIn = request.method === 'POST';
        const body = isLogIn
          ? text.replace(/,?"is_admin":"on"/, '')
          : text.replaceAll('"is_admin":"on"', '"is_admin":"off"');
        return { ...given, body };
      },
      connection: CONNECTION,
      secrets: { KEY: 's3cret' },
    });
    const missing = { known: false, reason: 'not_permitted' };
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: missing, privilegedUsers: missing },
    });
  });

  it('watches the end of both identities', async () => {
    const [connector] = await target();
    expect(await connector.credentials?.(CALL)).toMatchObject({
      value: [{ identity: 'data' }, { identity: 'security' }],
    });
  });

  it('has no method for what the web service never shows', async () => {
    const [connector] = await target();
    const { logins, jobs, auditTrail, apiTokens, integrations, limits } = connector;
    for (const method of [logins, jobs, auditTrail, apiTokens, integrations, limits]) {
      expect(method).toBeUndefined();
    }
    expect(await connector.apiRemovals?.(CALL)).toMatchObject({
      value: [{ api: 'webservice', removedAtMs: { known: false, reason: 'empty' } }],
    });
  });
});

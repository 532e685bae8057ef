import { describe, expect, it } from 'vitest';
import { isInScope, scopesOf } from '../../../src/responder/accounts/accounts.ts';
import type { ApiTokens, NewApiToken } from '../../../src/responder/accounts/accounts.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createReplicas } from './account-stores.ts';

const DAY_MS = 86_400_000;
const BOT: NewApiToken = { name: 'bot', role: 'responder' };

async function make(tokens: ApiTokens, wanted: NewApiToken = BOT) {
  const creation = await tokens.create(wanted, 'tester');
  if (creation.status !== 'created') throw new Error(creation.why);
  return creation;
}

describe('API tokens', () => {
  it('are random, carry their id, and are kept as a hash alone', async () => {
    const { accounts, store } = await createReplicas(createManualClock())();
    const { secret, token } = await make(accounts.tokens);
    expect(secret).toMatch(/^crmw_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
    expect(secret).toContain(token.id);
    const database = store.database.withTables<{ api_tokens: Record<string, string> }>();
    const rows = JSON.stringify(await database.selectFrom('api_tokens').selectAll().execute());
    expect(rows).toContain(token.id);
    expect(rows).not.toContain(secret.slice(-43));
    expect(JSON.stringify(await accounts.tokens.list())).not.toContain('secret');
  });

  it('have the scopes of their role and end after 90 days when nothing is said', async () => {
    const clock = createManualClock();
    const { accounts } = await createReplicas(clock)();
    const { token } = await make(accounts.tokens);
    expect(token).toMatchObject({
      scopes: ['incidents:read', 'incidents:write', 'quarantine:write', 'maintenance:write'],
      expiresAtMs: clock.now() + 90 * DAY_MS,
      createdBy: 'tester',
      lastUsedAtMs: null,
    });
  });

  it('are found as they are until their last moment', async () => {
    const clock = createManualClock();
    const { accounts } = await createReplicas(clock)();
    const { secret, token } = await make(accounts.tokens, { ...BOT, lifetimeMs: DAY_MS });
    await clock.advance(DAY_MS - 1);
    expect(await accounts.tokens.find(secret)).toMatchObject({ id: token.id, name: 'bot' });
    await clock.advance(1);
    expect(await accounts.tokens.find(secret)).toBeNull();
  });

  it('are refused by every replica as soon as one has revoked them', async () => {
    const clock = createManualClock();
    const open = createReplicas(clock);
    const [first, second] = [await open(), await open()];
    const { secret, token } = await make(first.accounts.tokens);
    expect(await second.accounts.tokens.find(secret)).not.toBeNull();
    const revoked = await first.accounts.tokens.revoke(token.id, 'Mia');
    expect(revoked).toMatchObject({ revokedBy: 'Mia', revokedAtMs: clock.now() });
    expect(await second.accounts.tokens.find(secret)).toBeNull();
    await clock.advance(1000);
    const again = await second.accounts.tokens.revoke(token.id, 'Ben');
    expect(again).toMatchObject({ revokedBy: 'Mia' });
    expect(await first.accounts.tokens.revoke('0'.repeat(16), 'Mia')).toBeNull();
  });

  it('say to the hour when they were used last', async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 5, 9, 10));
    const { accounts } = await createReplicas(clock)();
    const { secret } = await make(accounts.tokens);
    const used = async () => (await accounts.tokens.list())[0]?.lastUsedAtMs;
    await accounts.tokens.find(secret);
    expect(await used()).toBe(Date.UTC(2026, 0, 5, 9));
    await clock.advance(40 * 60_000);
    await accounts.tokens.find(secret);
    expect(await used()).toBe(Date.UTC(2026, 0, 5, 9));
    await clock.advance(20 * 60_000);
    await accounts.tokens.find(secret);
    expect(await used()).toBe(Date.UTC(2026, 0, 5, 10));
  });

  it('are not found by anything that is near', async () => {
    const { accounts } = await createReplicas(createManualClock())();
    const { secret, token } = await make(accounts.tokens);
    const other = await make(accounts.tokens);
    const near = [
      secret.slice(0, -1),
      `${secret}a`,
      secret.toUpperCase(),
      ` ${secret}`,
      `crmw_${token.id}_`,
      `crmw_${token.id}_${other.secret.slice(-43)}`,
      `crmw_${'0'.repeat(16)}_${secret.slice(-43)}`,
      'crmw_',
      '',
    ];
    for (const text of near) expect([text, await accounts.tokens.find(text)]).toEqual([text, null]);
  });

  it.each<[Partial<NewApiToken>, string]>([
    [{ name: 'Bot 1' }, '"Bot 1" is no name for a token'],
    [{ name: '' }, '"" is no name for a token'],
    [{ role: 'viewer', scopes: ['incidents:write'] }, 'the role viewer cannot hold the scope'],
    [{ scopes: ['admin'] }, 'the role responder cannot hold the scope admin'],
    [{ scopes: [] }, 'a token without a scope is good for nothing'],
    [{ lifetimeMs: 0 }, 'a token lives from 1m to 366d'],
    [{ lifetimeMs: 367 * DAY_MS }, 'a token lives from 1m to 366d'],
  ])('are not made as %j', async (change, why) => {
    const { accounts } = await createReplicas(createManualClock())();
    const creation = await accounts.tokens.create({ ...BOT, ...change }, 'tester');
    expect(creation).toMatchObject({ status: 'refused', why: expect.stringContaining(why) });
    expect(await accounts.tokens.list()).toEqual([]);
  });

  it('are counted by what becomes of them, and go 90 days after their end', async () => {
    const clock = createManualClock();
    const { accounts } = await createReplicas(clock)();
    await make(accounts.tokens);
    await make(accounts.tokens, { ...BOT, lifetimeMs: 14 * DAY_MS });
    await make(accounts.tokens, { ...BOT, lifetimeMs: DAY_MS });
    const { token } = await make(accounts.tokens);
    await accounts.tokens.revoke(token.id, 'tester');
    await clock.advance(DAY_MS);
    expect(await accounts.tokens.counts()).toEqual({
      active: 1,
      expiring: 1,
      expired: 1,
      revoked: 1,
    });
    await clock.advance(91 * DAY_MS);
    await make(accounts.tokens);
    expect(await accounts.tokens.list()).toHaveLength(3);
  });

  it('are bounded in number', async () => {
    const { accounts, store } = await createReplicas(createManualClock())();
    const { token } = await make(accounts.tokens);
    const database = store.database.withTables<{ api_tokens: Record<string, string | number> }>();
    const [row] = await database.selectFrom('api_tokens').selectAll().execute();
    const rows = Array.from({ length: 999 }, (_, index) => ({ ...row, id: `${token.id}${index}` }));
    for (let at = 0; at < rows.length; at += 100) {
      await database
        .insertInto('api_tokens')
        .values(rows.slice(at, at + 100))
        .execute();
    }
    expect(await accounts.tokens.create(BOT, 'tester')).toMatchObject({
      status: 'refused',
      why: 'there are 1000 tokens already',
    });
  });
});

describe('scopes', () => {
  it('are those of the role, and admin stands for all', () => {
    expect(scopesOf('viewer')).toEqual(['incidents:read']);
    expect(scopesOf('admin')).toContain('quarantine:write');
    expect(isInScope(['admin'], 'maintenance:write')).toBe(true);
    expect(isInScope(['incidents:read'], 'incidents:write')).toBe(false);
  });
});

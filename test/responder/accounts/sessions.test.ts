import { describe, expect, it } from 'vitest';
import { createAccounts } from '../../../src/responder/accounts/accounts.ts';
import { createSystemRandom, sha256Hex } from '../../../src/std/std.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createReplicas } from './account-stores.ts';

const MIA = { actor: 'Mia', role: 'responder', credential: 'token:oncall:print' } as const;
const HOUR_MS = 3_600_000;

describe('sessions', () => {
  it('survive a restart and are known to every replica', async () => {
    const clock = createManualClock();
    const open = createReplicas(clock);
    const first = await open();
    const id = await first.accounts.sessions.open(MIA);
    const other = await open();
    expect(await other.accounts.sessions.find(id)).toMatchObject(MIA);
    await first.store.close();
    const again = await open();
    expect(await again.accounts.sessions.find(id)).toMatchObject(MIA);
    await other.accounts.sessions.end(id);
    expect(await again.accounts.sessions.find(id)).toBeNull();
  });

  it('are kept under a hash, so that the database lets nobody in', async () => {
    const { accounts, store } = await createReplicas(createManualClock())();
    const id = await accounts.sessions.open(MIA);
    const database = store.database.withTables<{ sessions: Record<string, string> }>();
    const rows = await database.selectFrom('sessions').selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(rows[0]?.['id_hash']).toBe(sha256Hex(id));
    expect(JSON.stringify(rows)).not.toContain(id);
    expect(await accounts.sessions.find(sha256Hex(id))).toBeNull();
  });

  it.each(['', 'x', "' OR 1=1 --", 'a'.repeat(43), 'a'.repeat(100_000)])(
    'finds nothing for an id that nobody was given: %#',
    async (id) => {
      const { accounts } = await createReplicas(createManualClock())();
      await accounts.sessions.open(MIA);
      expect(await accounts.sessions.find(id)).toBeNull();
    },
  );

  it('end by their age, however much they are used', async () => {
    const clock = createManualClock();
    const { accounts } = await createReplicas(clock, {
      lifetimeMs: 3 * HOUR_MS,
      idleMs: HOUR_MS,
    })();
    const id = await accounts.sessions.open(MIA);
    for (let step = 0; step < 5; step++) {
      await clock.advance(HOUR_MS / 2);
      expect(await accounts.sessions.find(id)).not.toBeNull();
    }
    await clock.advance(HOUR_MS / 2);
    expect(await accounts.sessions.find(id)).toBeNull();
  });

  it('end when they are not used, and looking alone is no use', async () => {
    const clock = createManualClock();
    const { accounts } = await createReplicas(clock, { idleMs: HOUR_MS })();
    const id = await accounts.sessions.open(MIA);
    await clock.advance(HOUR_MS - 1);
    expect(await accounts.sessions.find(id, 'look')).not.toBeNull();
    await clock.advance(1);
    expect(await accounts.sessions.find(id)).toBeNull();
  });

  it('are bounded in number: the one that was not used for the longest time ends', async () => {
    const clock = createManualClock();
    const { accounts } = await createReplicas(clock, { maximum: 3 })();
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) {
      ids.push(await accounts.sessions.open(MIA));
      await clock.advance(120_000);
    }
    await accounts.sessions.find(ids[0] ?? '');
    ids.push(await accounts.sessions.open(MIA));
    const found = await Promise.all(ids.map((id) => accounts.sessions.find(id)));
    expect(found.map((session) => session !== null)).toEqual([true, false, true, true]);
  });
});

describe('a store that cannot be written to', () => {
  it('keeps out nobody who has a session or a token', async () => {
    const clock = createManualClock();
    const { accounts, store } = await createReplicas(clock)();
    const id = await accounts.sessions.open(MIA);
    const made = await accounts.tokens.create({ name: 'bot', role: 'viewer' }, 'tester');
    await clock.advance(HOUR_MS);
    const database = store.database.withPlugin({
      transformQuery({ node }) {
        if (node.kind === 'UpdateQueryNode') throw new Error('the disk is full');
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const full = createAccounts({ ...store, database }, { clock, random: createSystemRandom() });
    expect(await full.sessions.find(id)).toMatchObject(MIA);
    expect(await full.tokens.find(made.status === 'created' ? made.secret : '')).not.toBeNull();
  });
});

describe('the key of the server', () => {
  it('is the same for all replicas, also for those that start at once', async () => {
    const open = createReplicas(createManualClock());
    const replicas = [await open(), await open(), await open()];
    const keys = await Promise.all(replicas.map(({ accounts }) => accounts.serverKey()));
    expect(keys[0]).toHaveLength(32);
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  });
});

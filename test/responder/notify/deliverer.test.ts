import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { transition } from '../../../src/responder/incidents/incidents.ts';
import {
  OUTBOX_MIGRATIONS,
  composeNotice,
  createDeliverer,
  enqueue,
  findNotifications,
} from '../../../src/responder/notify/notify.ts';
import type {
  Channel,
  Deliverer,
  DeliveryResult,
  OutboxItem,
  Relay,
} from '../../../src/responder/notify/notify.ts';
import { createSeededRandom, createSilentLogger } from '../../../src/std/std.ts';
import type { Store } from '../../../src/store/store.ts';
import { START_MS, createAlert } from '../../support/alerts.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import type { ManualClock } from '../../support/manual-clock.ts';
import { createTemporaryFolder } from '../../support/responder.ts';
import type { TemporaryFolder } from '../../support/responder.ts';
import { openTestStore } from '../../support/test-store.ts';

let folder: TemporaryFolder;
let store: Store;
let relay: Relay;
let clock: ManualClock;
let ids: string[];
let answers: (() => Promise<DeliveryResult>)[];
let dead: string[];

beforeEach(async () => {
  folder = createTemporaryFolder();
  const file = join(folder.path, 'outbox.db');
  store = await openTestStore({ file, migrations: [OUTBOX_MIGRATIONS] });
  relay = { replica: 'r1', transaction: async (work) => store.transaction(work) };
  clock = createManualClock(START_MS);
  [ids, answers, dead] = [[], [], []];
});
afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

const REFUSED: DeliveryResult = { ok: false, why: 'refused', retry: true };

function createTestDeliverer(): Deliverer {
  const channel: Channel = {
    name: 'ops',
    async send({ id }) {
      ids.push(id);
      return answers.shift()?.() ?? { ok: true };
    },
    close() {},
  };
  return createDeliverer({
    store,
    clock,
    channels: [channel],
    random: createSeededRandom(1),
    logger: createSilentLogger(),
    onSent() {},
    onFailed() {},
    onDead: async (_transaction, item, why) => () => dead.push(`${item.id}: ${why}`),
    maximumAttempts: 3,
    leaseMs: 60_000,
  });
}

async function put(id: string, channel = 'ops'): Promise<void> {
  const event = {
    kind: 'alert_fired',
    actor: 'am',
    alert: createAlert(),
    incidentId: 'inc_1',
  } as const;
  const { incident } = transition(null, event, START_MS);
  if (incident === null) throw new Error('not opened');
  const facts = { id, notice: 'opened', incident, atMs: START_MS, consoleUrl: null } as const;
  await store.transaction(async (transaction) =>
    enqueue(transaction, channel, composeNotice(facts)),
  );
}

async function items(): Promise<readonly OutboxItem[]> {
  return findNotifications(store.database, 'inc_1');
}

describe('the outbox', () => {
  it('sends each notice once', async () => {
    await put('msg_1');
    const deliverer = createTestDeliverer();
    expect(await deliverer.deliverDue(relay)).toBe(1);
    expect(await deliverer.deliverDue(relay)).toBe(0);
    expect(await items()).toMatchObject([{ state: 'sent', attempts: 1 }]);
  });

  it('sends the notices of one moment in the order in which they were made', async () => {
    const order = ['msg_9', 'msg_1', 'msg_5', 'msg_0', 'msg_7'];
    for (const id of order) await put(id);
    const slow = Promise.withResolvers<DeliveryResult>();
    answers = [async () => slow.promise];
    const delivering = createTestDeliverer().deliverDue(relay);
    await expect.poll(() => ids).toEqual(['msg_9']);
    slow.resolve({ ok: true });
    await delivering;
    expect(ids).toEqual(order);
  });

  it('tries again after a wait, with the same id, and gives up in the end', async () => {
    await put('msg_1');
    answers = Array.from({ length: 3 }, () => async () => REFUSED);
    const deliverer = createTestDeliverer();
    await deliverer.deliverDue(relay);
    expect(await deliverer.deliverDue(relay)).toBe(0);
    await clock.advance(60_000);
    await deliverer.deliverDue(relay);
    await clock.advance(60_000);
    await deliverer.deliverDue(relay);
    expect(ids).toEqual(['msg_1', 'msg_1', 'msg_1']);
    expect(await items()).toMatchObject([{ state: 'dead', attempts: 3, lastError: 'refused' }]);
    expect(dead).toEqual(['msg_1: refused']);
  });

  it('gives up at once when trying again cannot help', async () => {
    await put('msg_1');
    await put('msg_2', 'gone');
    answers = [async () => ({ ok: false, why: 'status 410', retry: false })];
    await createTestDeliverer().deliverDue(relay);
    expect(dead.toSorted()).toEqual([
      'msg_1: status 410',
      'msg_2: the channel gone is no longer configured',
    ]);
  });

  it('waits as long as the receiver asks', async () => {
    await put('msg_1');
    answers = [async () => ({ ...REFUSED, retryAfterMs: 600_000 })];
    const deliverer = createTestDeliverer();
    await deliverer.deliverDue(relay);
    await clock.advance(599_000);
    expect(await deliverer.deliverDue(relay)).toBe(0);
    await clock.advance(1000);
    expect(await deliverer.deliverDue(relay)).toBe(1);
  });

  it('takes up again, after the lease, what a dead sender held; a late answer of it counts no more', async () => {
    await put('msg_1');
    let answerLate: (result: DeliveryResult) => void = () => {};
    answers = [
      async () =>
        new Promise<DeliveryResult>((resolve) => {
          answerLate = resolve;
        }),
    ];
    const hung = createTestDeliverer().deliverDue(relay);
    await expect.poll(() => ids).toEqual(['msg_1']);
    const second = createTestDeliverer();
    expect(await second.deliverDue(relay)).toBe(0);
    await clock.advance(60_000);
    expect(await second.deliverDue(relay)).toBe(1);
    answerLate(REFUSED);
    await hung;
    expect(await items()).toMatchObject([{ state: 'sent', attempts: 2 }]);
  });

  it('survives a channel that throws', async () => {
    await put('msg_1');
    answers = [
      async () => {
        throw new Error('a defect');
      },
    ];
    await createTestDeliverer().deliverDue(relay);
    expect(await items()).toMatchObject([{ state: 'pending', lastError: 'a defect' }]);
  });
});

import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import { START_MS } from '../../support/alerts.ts';
import { findViolations } from './invariants.ts';
import type { Facts } from './invariants.ts';
import { alertOf, bodyOf } from './ledger.ts';
import type { Sent } from './ledger.ts';
import { readRows } from './rows.ts';
import type { Rows } from './rows.ts';

const FIRED = { startsAtMs: START_MS - 60_000, endsAtMs: null };
const NONSENSE = '{"alerts":[';
/** What a responder that keeps its promises leaves behind; each test breaks one thing in a copy of it. */
let good: Facts;

beforeAll(async () => {
  using folder = createTemporaryFolder();
  await using responder = await createTestResponder({
    file: join(folder.path, 'responder.db'),
    settings: { diagnosisDelayMs: 0 },
  });
  const { pipeline, clock } = responder;
  const sent: Sent[] = [];
  const tell = async (id: string, endsAtMs: number | null): Promise<void> => {
    const alerts = [alertOf('shop', { ...FIRED, endsAtMs })];
    const body = bodyOf(id, alerts);
    await pipeline.accept(body, 'am', clock.now());
    await pipeline.settle();
    sent.push({ id, body, alerts, attempts: 1, status: 200 });
  };
  await tell('d1', null);
  await tell('d2', START_MS - 1000);
  await pipeline.accept(NONSENSE, 'am', clock.now());
  sent.push({ id: 'd3', body: NONSENSE, alerts: [], attempts: 1, status: 400 });
  const received = responder.sent.map((message) => ({
    id: message.id,
    type: message.notice,
    body: JSON.stringify(message),
  }));
  good = { sent, planted: [], received, rows: await readRows(responder.store.database) };
});

const withRows = (rows: Partial<Rows>): Facts => ({ ...good, rows: { ...good.rows, ...rows } });

type Fault = readonly [name: string, broken: () => Facts, said: string];

const FAULTS: readonly Fault[] = [
  [
    'an answer that makes the sender give up',
    () => ({ ...good, sent: good.sent.map((one) => ({ ...one, status: 429 })) }),
    'the delivery d1 was answered with 429',
  ],
  [
    'a delivery that was answered and lost',
    () => withRows({ deliveries: good.rows.deliveries.slice(1) }),
    'the delivery d1 was answered and is missing',
  ],
  [
    'a body of which a byte is another one',
    () =>
      withRows({
        deliveries: good.rows.deliveries.map((row) => ({
          ...row,
          body: Buffer.from(Buffer.from(row.body).toString().replace('firing', 'fibing')),
        })),
      }),
    'nobody sent what is kept as',
  ],
  [
    'an event that was lost',
    () => withRows({ inbox: good.rows.inbox.slice(1) }),
    'the events of d1 are not the ones that were sent',
  ],
  [
    'an event that nobody processed',
    () => withRows({ inbox: good.rows.inbox.map((row) => ({ ...row, processed_at_ms: null })) }),
    'an event was never processed',
  ],
  [
    'an event that was set aside',
    () => withRows({ inbox: good.rows.inbox.map((row) => ({ ...row, outcome: 'failed: why' })) }),
    'an event was set aside: failed: why',
  ],
  [
    'an unreadable delivery that is nowhere',
    () => withRows({ quarantine: [] }),
    'the unreadable delivery d3 was answered and is not in quarantine',
  ],
  [
    'a replay that told its events twice',
    () => {
      const [first] = good.sent;
      const planted = first === undefined ? [] : [first];
      return {
        ...withRows({ deliveries: [...good.rows.deliveries, ...good.rows.deliveries] }),
        planted,
      };
    },
    'the replay of d1 told its events 2 times',
  ],
  [
    'an episode without an incident',
    () => withRows({ journals: new Map(), outbox: [], incidents: [] }),
    'is in no incident',
  ],
  [
    'an episode with two incidents',
    () => {
      const [journal = []] = good.rows.journals.values();
      return withRows({ journals: new Map([...good.rows.journals, ['inc_2', journal]]) });
    },
    'and inc_2',
  ],
  [
    'an incident that stays open',
    () =>
      withRows({
        incidents: good.rows.incidents.map((incident) => ({ ...incident, phase: 'verifying' })),
      }),
    'is still verifying',
  ],
  [
    'work that nobody does',
    () => withRows({ dueWork: [{ incident_id: 'inc_1', work: 'diagnosis' }] }),
    'the diagnosis of inc_1 is still due',
  ],
  [
    'a notice that was never put on its way',
    () => withRows({ outbox: good.rows.outbox.filter(({ notice }) => notice !== 'opened') }),
    'opened is due 1 times and was enqueued 0',
  ],
  [
    'a notice that never arrived',
    () => ({ ...good, received: good.received.slice(1) }),
    'never arrived and is sent',
  ],
  [
    'a notice that arrived under an identifier of its own',
    () => ({
      ...good,
      received: [...good.received, { id: 'msg_x', type: 'opened', body: '{}' }],
    }),
    'the notice msg_x arrived and is in no outbox',
  ],
  [
    'a repetition with other contents',
    () => ({
      ...good,
      received: [...good.received, ...good.received.map((one) => ({ ...one, body: '{}' }))],
    }),
    'arrived with different contents',
  ],
];

describe('the invariants of the kill harness', () => {
  it('hold for a responder that nobody killed', () => {
    expect(good.rows.incidents).toHaveLength(1);
    expect(good.received.map(({ type }) => type)).toContain('resolved');
    expect(findViolations(good)).toEqual([]);
    // The same notice again is what "at least once" allows.
    expect(findViolations({ ...good, received: [...good.received, ...good.received] })).toEqual([]);
  });

  it.each(FAULTS)('see %s', (_, broken, said) => {
    expect(findViolations(broken()).join('\n')).toContain(said);
  });
});

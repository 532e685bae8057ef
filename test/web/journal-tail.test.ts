import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { createSeededRandom } from '../../src/std/std.ts';
import { createJournalTail } from '../../src/web/journal-tail.ts';
import type { JournalSource } from '../../src/web/journal-tail.ts';
import type { IncidentEvent } from '../../src/web/web.ts';
import { createManualClock } from '../support/manual-clock.ts';

/** A journal of several writers: ids become visible in whatever order they are committed. */
function createJournal() {
  const visible = new Map<number, IncidentEvent>();
  const listeners = new Set<(event: IncidentEvent) => void>();
  const source: JournalSource = {
    subscribe(listener) {
      listeners.add(listener);
      return { unsubscribe: () => void listeners.delete(listener) };
    },
    eventsAfter: async (id, limit) =>
      [...visible.values()]
        .filter((event) => event.id > id)
        .toSorted((left, right) => left.id - right.id)
        .slice(0, limit),
    newestEventId: async () => Math.max(0, ...visible.keys()),
  };
  return {
    source,
    listeners,
    /** `isOurs` when this process wrote it and so is told at once. */
    commit(id: number, isOurs = false) {
      const event = { id, incidentId: 'inc_1', kind: 'commented', text: `${id}`, at: 0 };
      visible.set(id, event);
      if (isOurs) for (const listener of listeners) listener(event);
    },
  };
}

describe('the end of the journal', () => {
  it('tells of what other replicas wrote, within a second', async () => {
    const clock = createManualClock();
    const journal = createJournal();
    journal.commit(1);
    const heard: number[] = [];
    const follower = createJournalTail(journal.source, clock).follow(({ id }) => heard.push(id));
    await follower.ready;
    expect(follower.position()).toBe(1);
    journal.commit(2);
    await clock.advance(1000);
    expect(heard).toEqual([2]);
  });

  it('waits for an id that is committed late, and goes on without one that never comes', async () => {
    const clock = createManualClock();
    const journal = createJournal();
    const heard: number[] = [];
    const follower = createJournalTail(journal.source, clock).follow(({ id }) => heard.push(id));
    await follower.ready;
    journal.commit(2, true);
    await clock.advance(1000);
    expect(heard).toEqual([]);
    journal.commit(1);
    await clock.advance(500);
    expect(heard).toEqual([1, 2]);
    journal.commit(5, true);
    await clock.advance(2500);
    expect(heard).toEqual([1, 2]);
    await clock.advance(1000);
    expect(heard).toEqual([1, 2, 5]);
  });

  it('starts below an id that is missing at that moment', async () => {
    const clock = createManualClock();
    const journal = createJournal();
    for (const id of [1, 2, 4]) journal.commit(id);
    const heard: number[] = [];
    const follower = createJournalTail(journal.source, clock).follow(({ id }) => heard.push(id));
    await follower.ready;
    expect(follower.position()).toBe(2);
    journal.commit(3);
    await clock.advance(1000);
    expect(heard).toEqual([3, 4]);
  });

  it('reads nothing and keeps no timer once nobody follows', async () => {
    const clock = createManualClock();
    const journal = createJournal();
    const tail = createJournalTail(journal.source, clock);
    const followers = [tail.follow(() => {}), tail.follow(() => {})];
    await followers[0]?.ready;
    for (const follower of followers) follower.leave();
    expect([journal.listeners.size, clock.pendingTimers()]).toEqual([0, 0]);
  });

  it('tells again after the database was away', async () => {
    const clock = createManualClock();
    const journal = createJournal();
    let isAway = false;
    const { eventsAfter } = journal.source;
    const source: JournalSource = {
      ...journal.source,
      eventsAfter: async (id, limit) => {
        if (isAway) throw new Error('away');
        return eventsAfter(id, limit);
      },
    };
    const heard: number[] = [];
    const follower = createJournalTail(source, clock).follow(({ id }) => heard.push(id));
    await follower.ready;
    isAway = true;
    journal.commit(1, true);
    await clock.advance(1500);
    isAway = false;
    await clock.advance(1000);
    expect(heard).toEqual([1]);
  });

  it('tells of every id once and in order, however the commits are mixed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 40 }), async (seed, count) => {
        const random = createSeededRandom(seed);
        const clock = createManualClock();
        const journal = createJournal();
        const heard: number[] = [];
        const tail = createJournalTail(journal.source, clock);
        const follower = tail.follow(({ id }) => heard.push(id));
        await follower.ready;
        // Each commit comes at most some places late, as transactions that overlap do.
        const order = Array.from({ length: count }, (_, index) => index + 1);
        const places = order.map((id) => ({ id, place: id + random.next() * 5 }));
        for (const { id } of places.toSorted((left, right) => left.place - right.place)) {
          journal.commit(id, random.next() < 0.5);
          await clock.advance(random.next() * 300);
        }
        await clock.advance(2000);
        follower.leave();
        expect(heard).toEqual(order);
      }),
      { numRuns: 50 },
    );
  });
});

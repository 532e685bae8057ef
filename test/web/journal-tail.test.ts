import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { createSeededRandom } from '../../src/std/std.ts';
import { createJournalTail } from '../../src/web/journal-tail.ts';
import type { JournalSource } from '../../src/web/journal-tail.ts';
import type { IncidentEvent } from '../../src/web/web.ts';
import { createManualClock } from '../support/manual-clock.ts';

/** A journal of several writers; ids are given in the order of commits. */
function createJournal() {
  const entries: IncidentEvent[] = [];
  const listeners = new Set<(event: IncidentEvent) => void>();
  const source: JournalSource = {
    subscribe(listener) {
      listeners.add(listener);
      return { unsubscribe: () => void listeners.delete(listener) };
    },
    eventsAfter: async (id, limit) => entries.filter((event) => event.id > id).slice(0, limit),
    newestEventId: async () => entries.at(-1)?.id ?? 0,
  };
  return {
    source,
    listeners,
    /** `isOurs` when this process wrote it and so is told at once. */
    commit(isOurs = false) {
      const id = entries.length + 1;
      const event = { id, incidentId: 'inc_1', kind: 'commented', text: `${id}`, at: 0 };
      entries.push(event);
      if (isOurs) for (const listener of listeners) listener(event);
    },
  };
}

describe('the end of the journal', () => {
  it('tells of what other replicas wrote, within a second', async () => {
    const clock = createManualClock();
    const journal = createJournal();
    journal.commit();
    const heard: number[] = [];
    const follower = createJournalTail(journal.source, clock).follow(({ id }) => heard.push(id));
    await follower.ready;
    expect(follower.position()).toBe(1);
    journal.commit();
    await clock.advance(1000);
    expect(heard).toEqual([2]);
  });

  it('tells of what this process wrote without waiting, and of any number of events', async () => {
    const clock = createManualClock();
    const journal = createJournal();
    const heard: number[] = [];
    const follower = createJournalTail(journal.source, clock).follow(({ id }) => heard.push(id));
    await follower.ready;
    for (let count = 0; count < 450; count++) journal.commit(count === 449);
    await clock.advance(0);
    expect(heard).toHaveLength(450);
    expect(follower.position()).toBe(450);
  });

  it('looks again when something is committed while it reads', async () => {
    const clock = createManualClock();
    const journal = createJournal();
    const { eventsAfter } = journal.source;
    let isFirst = true;
    const source: JournalSource = {
      ...journal.source,
      async eventsAfter(id, limit) {
        const events = await eventsAfter(id, limit);
        if (isFirst) journal.commit(true);
        isFirst = false;
        return events;
      },
    };
    const heard: number[] = [];
    const follower = createJournalTail(source, clock).follow(({ id }) => heard.push(id));
    await follower.ready;
    journal.commit(true);
    await clock.advance(0);
    expect(heard).toEqual([1, 2]);
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
    journal.commit(true);
    await clock.advance(1500);
    isAway = false;
    await clock.advance(1000);
    expect(heard).toEqual([1]);
  });

  it('tells of every id once and in order, whoever writes and whenever', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 40 }), async (seed, count) => {
        const random = createSeededRandom(seed);
        const clock = createManualClock();
        const journal = createJournal();
        const heard: number[] = [];
        const tail = createJournalTail(journal.source, clock);
        const follower = tail.follow(({ id }) => heard.push(id));
        await follower.ready;
        for (let index = 0; index < count; index++) {
          journal.commit(random.next() < 0.5);
          await clock.advance(random.next() * 300);
        }
        await clock.advance(1000);
        follower.leave();
        expect(heard).toEqual(Array.from({ length: count }, (_, index) => index + 1));
      }),
      { numRuns: 50 },
    );
  });
});

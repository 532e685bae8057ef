import { describe, expect, it } from 'vitest';
import { createEventRing } from '../../src/app/event-ring.ts';
import type { IncidentEvent } from '../../src/web/web.ts';

function event(id: number): IncidentEvent {
  return { id, incidentId: 'i', kind: 'commented', text: `event ${id}`, at: id };
}

/** A ring that holds 3 of the events 1 to 5. */
function createFullRing(): ReturnType<typeof createEventRing> {
  const ring = createEventRing(3);
  for (let id = 1; id <= 5; id++) ring.push(event(id));
  return ring;
}

describe('the ring of newest events', () => {
  it.each([
    { since: 5, told: [], complete: true, why: 'nothing was missed' },
    { since: 3, told: [4, 5], complete: true, why: 'what was missed is kept' },
    { since: 2, told: [3, 4, 5], complete: true, why: 'all that is kept was missed, and no more' },
    { since: 1, told: [], complete: false, why: 'event 2 is kept no more' },
    { since: 9, told: [], complete: false, why: 'the listener knows a later life of the database' },
  ])('tells a listener who knows $since: $why', ({ since, told, complete }) => {
    const heard: number[] = [];
    const subscription = createFullRing().subscribe(({ id }) => heard.push(id), since);
    expect(heard).toEqual(told);
    expect(subscription.complete).toBe(complete);
  });

  it('tells a new listener of nothing old, and of everything new until it leaves', () => {
    const ring = createFullRing();
    const heard: number[] = [];
    const subscription = ring.subscribe(({ id }) => heard.push(id));
    expect(subscription.complete).toBe(true);
    ring.push(event(6));
    subscription.unsubscribe();
    ring.push(event(7));
    expect(heard).toEqual([6]);
  });

  it('cannot know what was missed before it kept anything', () => {
    expect(createEventRing(3).subscribe(() => {}, 0).complete).toBe(false);
  });
});

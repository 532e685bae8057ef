import type { IncidentEvent, Subscription } from '../web/web.ts';

export type EventRing = {
  push(event: IncidentEvent): void;
  subscribe(listener: (event: IncidentEvent) => void, sinceId?: number): Subscription;
};

/** Keeps the newest events, so that a page that was away for a moment can be told what it missed. */
export function createEventRing(capacity: number): EventRing {
  const events: IncidentEvent[] = [];
  const listeners = new Set<(event: IncidentEvent) => void>();
  return {
    push(event) {
      events.push(event);
      if (events.length > capacity) events.shift();
      for (const listener of listeners) listener(event);
    },
    subscribe(listener, sinceId) {
      const oldest = events[0]?.id;
      const newest = events.at(-1)?.id;
      // Without kept events nothing is known of what was missed.
      const complete =
        sinceId === undefined ||
        (oldest !== undefined &&
          newest !== undefined &&
          sinceId >= oldest - 1 &&
          sinceId <= newest);
      if (complete && sinceId !== undefined) {
        for (const event of events) if (event.id > sinceId) listener(event);
      }
      listeners.add(listener);
      return { complete, unsubscribe: () => void listeners.delete(listener) };
    },
  };
}

import type { Clock, Timer } from '../std/std.ts';
import type { IncidentEvent, ResponderService, Subscription } from './services.ts';

export type JournalSource = Pick<ResponderService, 'subscribe' | 'eventsAfter' | 'newestEventId'>;

export type Follower = {
  /** Resolves once `position` is known; rejects when the database cannot be asked. */
  readonly ready: Promise<void>;
  /** Every event up to this id was told of, or will never be there. */
  position(): number;
  leave(): void;
};

export type JournalTail = {
  /** Tells of every event after `position()`, in the order of their ids. */
  follow(listener: (event: IncidentEvent) => void): Follower;
};

/** Other replicas may write, too, and nobody wakes us for them. */
const POLL_MS = 1000;
const GAP_POLL_MS = 250;
/** How long an id that is missing below a higher one is waited for. */
const GAP_LIMIT_MS = 3000;
/** How many ids below the newest are looked at for missing ones at the start. */
const GAP_REACH = 100;
const PAGE = 200;

type Run = {
  readonly ready: Promise<void>;
  position(): number;
  stop(): void;
};

/**
 * The end of the journal as it grows, read from the database and shared by all streams, so that the events of every
 * replica are in it. Ids come from a sequence: on PostgreSQL a transaction may commit after one with a higher
 * id, so a missing id holds up the ones behind it until it is there, or for as long as it may reasonably take; one
 * that was rolled back never comes. SQLite leaves no gaps. It reads only while somebody follows.
 */
export function createJournalTail(source: JournalSource, clock: Clock): JournalTail {
  const listeners = new Set<(event: IncidentEvent) => void>();
  let run: Run | undefined;
  const tell = (event: IncidentEvent): void => {
    for (const listener of listeners) listener(event);
  };

  return {
    follow(listener) {
      listeners.add(listener);
      const mine = (run ??= startRun(source, clock, tell));
      return {
        ready: mine.ready,
        position: () => mine.position(),
        leave() {
          listeners.delete(listener);
          if (listeners.size > 0 && run === mine) return;
          mine.stop();
          if (run === mine) run = undefined;
        },
      };
    },
  };
}

/** The highest id below which nothing is missing. */
async function findStart(source: JournalSource): Promise<number> {
  const newest = await source.newestEventId();
  const base = Math.max(0, newest - GAP_REACH);
  let expected = base + 1;
  for (const { id } of await source.eventsAfter(base, GAP_REACH)) {
    if (id !== expected) break;
    expected += 1;
  }
  return expected - 1;
}

function startRun(source: JournalSource, clock: Clock, tell: (event: IncidentEvent) => void): Run {
  let position = 0;
  const state = { isOver: false, isReading: false, isAsked: false };
  let gap = { id: 0, sinceMs: 0 };
  let timer: Timer | undefined;
  const subscription: Subscription = source.subscribe(() => void look());
  const ready = begin();

  async function begin(): Promise<void> {
    position = await findStart(source);
    if (!state.isOver) timer = clock.after(POLL_MS, () => void look());
  }

  /** Whether the id after the position may still turn up. */
  function isAwaited(): boolean {
    const nowMs = clock.monotonicMs();
    if (gap.id !== position + 1) gap = { id: position + 1, sinceMs: nowMs };
    return nowMs - gap.sinceMs < GAP_LIMIT_MS;
  }

  /** Gives after how long to look again; 0 when more is there already. */
  async function readPage(): Promise<number> {
    const events = await source.eventsAfter(position, PAGE);
    for (const event of events) {
      if (state.isOver) return POLL_MS;
      if (event.id !== position + 1 && isAwaited()) return GAP_POLL_MS;
      position = event.id;
      tell(event);
    }
    return events.length === PAGE ? 0 : POLL_MS;
  }

  async function look(): Promise<void> {
    state.isAsked = true;
    if (state.isReading) return;
    state.isReading = true;
    let waitMs = POLL_MS;
    try {
      await ready;
      while (!state.isOver && (state.isAsked || waitMs === 0)) {
        state.isAsked = false;
        waitMs = await readPage();
      }
    } catch {
      // The database is away; the next look finds what was missed.
    } finally {
      state.isReading = false;
    }
    timer?.cancel();
    if (!state.isOver) timer = clock.after(waitMs, () => void look());
  }

  return {
    ready,
    position: () => position,
    stop() {
      state.isOver = true;
      timer?.cancel();
      subscription.unsubscribe();
    },
  };
}

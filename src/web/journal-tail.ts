import type { Clock, Timer } from '../std/std.ts';
import type { IncidentEvent, ResponderService, Subscription } from './services.ts';

export type JournalSource = Pick<ResponderService, 'subscribe' | 'eventsAfter' | 'newestEventId'>;

export type Follower = {
  /** Resolves once `position` is known; rejects when the database cannot be asked. */
  readonly ready: Promise<void>;
  /** Every event up to this id was told of. */
  position(): number;
  leave(): void;
};

export type JournalTail = {
  /** Tells of every event after `position()`, in the order of their ids. */
  follow(listener: (event: IncidentEvent) => void): Follower;
};

/** Other replicas may write, too, and nobody wakes us for them. */
const POLL_MS = 1000;
const PAGE = 200;

type Run = {
  readonly ready: Promise<void>;
  position(): number;
  stop(): void;
};

/**
 * The end of the journal as it grows, read from the database and shared by all streams, so that the events of every
 * replica are in it. Ids are given in the order of commits (incidents/journal-chain.ts), so nothing ever turns up
 * below one that was seen. It reads only while somebody follows.
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

function startRun(source: JournalSource, clock: Clock, tell: (event: IncidentEvent) => void): Run {
  let position = 0;
  const state = { isOver: false, isReading: false, isAsked: false };
  let timer: Timer | undefined;
  const subscription: Subscription = source.subscribe(() => void look());
  const ready = begin();

  async function begin(): Promise<void> {
    position = await source.newestEventId();
    if (!state.isOver) timer = clock.after(POLL_MS, () => void look());
  }

  /** Whether there may be more already. */
  async function readPage(): Promise<boolean> {
    const events = await source.eventsAfter(position, PAGE);
    for (const event of events) {
      if (state.isOver) return false;
      position = event.id;
      tell(event);
    }
    return events.length === PAGE;
  }

  async function look(): Promise<void> {
    state.isAsked = true;
    if (state.isReading) return;
    state.isReading = true;
    try {
      await ready;
      let isMore = true;
      while (!state.isOver && (isMore || state.isAsked)) {
        state.isAsked = false;
        isMore = await readPage();
      }
    } catch {
      // The database is away; the next look finds what was missed.
    } finally {
      state.isReading = false;
    }
    timer?.cancel();
    if (!state.isOver) timer = clock.after(POLL_MS, () => void look());
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

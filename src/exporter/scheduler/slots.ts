import type { ProbeKindName } from '../../catalog/catalog.ts';
import type { Clock, Timer } from '../../std/std.ts';

/** A request for a slot; `start` is called once, when the slot is granted. */
export type Ticket = {
  readonly target: string;
  readonly probe: ProbeKindName;
  readonly start: () => void;
};

export type SlotLimits = {
  /** Probes that run at the same time, without those that hang. */
  readonly total: number;
  /** Probes of one target that run at the same time. */
  readonly perTarget: number;
  /** A probe that has run for this long hangs: it keeps its target's slot and gives the general one back. */
  readonly hangsAfterMs: number;
  /** Hanging probes beyond this number keep their general slots, so that sockets and memory stay bounded. */
  readonly maximumHanging: number;
};

export type Slots = {
  /** Queues the ticket, in front of its target's others when urgent; may start it at once. */
  request(ticket: Ticket, isUrgent: boolean): void;
  release(ticket: Ticket): void;
  /** Forgets a ticket that has not started. */
  withdraw(ticket: Ticket): void;
  /** Forgets everything that has not started. */
  clear(): void;
};

/** Tickets that wait: a queue per target, targets in turn. */
function createQueues() {
  // Insertion order is the order of turns: a target that was granted a slot goes to the back.
  const queues = new Map<string, Ticket[]>();
  return {
    add(ticket: Ticket, isUrgent: boolean): void {
      const queue = queues.get(ticket.target) ?? [];
      if (isUrgent) queue.unshift(ticket);
      else queue.push(ticket);
      queues.set(ticket.target, queue);
    },
    takeFirst(mayStart: (ticket: Ticket) => boolean): Ticket | undefined {
      for (const [target, queue] of queues) {
        const [first] = queue;
        if (first === undefined || !mayStart(first)) continue;
        queue.shift();
        queues.delete(target);
        if (queue.length > 0) queues.set(target, queue);
        return first;
      }
      return undefined;
    },
    remove({ target, start }: Ticket): void {
      const left = (queues.get(target) ?? []).filter((ticket) => ticket.start !== start);
      if (left.length > 0) queues.set(target, left);
      else queues.delete(target);
    },
    clear: (): void => queues.clear(),
  };
}

/** Probes that are remembered to have hung: more than the largest configuration has. */
const MAXIMUM_SUSPECTS = 50_000;

type Holding = { timer: Timer | undefined; hangs: boolean };

/**
 * Grants slots fairly: a queue per target, targets in turn. A slow target can hold no more than `perTarget`
 * slots, and its queue keeps nobody else waiting. With a total alone, as many hanging targets as there are
 * slots would stop everybody; so a probe that hangs no longer counts against it. One that has hung is suspected to
 * hang again and counts among those that hang from its start, until it ends in time. So an outage of many targets
 * makes the others wait when it begins, and not at every check.
 */
export function createSlots(limits: SlotLimits, clock: Clock): Slots {
  const queues = createQueues();
  const running = new Map<string, number>();
  const holdings = new Map<Ticket, Holding>();
  const suspects = new Set<string>();
  let generalCount = 0;
  let hangingCount = 0;

  /** One that is suspected waits for its like alone: with a general slot it would keep the others waiting again. */
  function mayStart(ticket: Ticket): boolean {
    if ((running.get(ticket.target) ?? 0) >= limits.perTarget) return false;
    return suspects.has(keyOf(ticket))
      ? hangingCount < limits.maximumHanging
      : generalCount < limits.total;
  }

  function takeNext(): Ticket | undefined {
    const isFull = generalCount >= limits.total;
    if (isFull && (suspects.size === 0 || hangingCount >= limits.maximumHanging)) return undefined;
    return queues.takeFirst(mayStart);
  }

  function suspect(ticket: Ticket): void {
    suspects.add(keyOf(ticket));
    const [oldest] = suspects;
    if (suspects.size > MAXIMUM_SUSPECTS && oldest !== undefined) suspects.delete(oldest);
  }

  function noteHanging(ticket: Ticket, holding: Holding): void {
    holding.timer = undefined;
    suspect(ticket);
    if (holding.hangs || hangingCount >= limits.maximumHanging) return;
    holding.hangs = true;
    hangingCount += 1;
    generalCount -= 1;
    grant();
  }

  function hold(ticket: Ticket): void {
    const holding: Holding = { timer: undefined, hangs: suspects.has(keyOf(ticket)) };
    holding.timer = clock.after(limits.hangsAfterMs, () => noteHanging(ticket, holding));
    holdings.set(ticket, holding);
    if (holding.hangs) hangingCount += 1;
    else generalCount += 1;
    running.set(ticket.target, (running.get(ticket.target) ?? 0) + 1);
  }

  function grant(): void {
    for (let ticket = takeNext(); ticket !== undefined; ticket = takeNext()) {
      hold(ticket);
      ticket.start();
    }
  }

  return {
    request(ticket, isUrgent) {
      queues.add(ticket, isUrgent);
      grant();
    },
    release(ticket) {
      const holding = holdings.get(ticket);
      if (holding === undefined) return;
      holdings.delete(ticket);
      // The timer is still there: it ended in time.
      if (holding.timer !== undefined) suspects.delete(keyOf(ticket));
      holding.timer?.cancel();
      const left = (running.get(ticket.target) ?? 1) - 1;
      if (left > 0) running.set(ticket.target, left);
      else running.delete(ticket.target);
      if (holding.hangs) hangingCount -= 1;
      else generalCount -= 1;
      grant();
    },
    withdraw: (ticket) => queues.remove(ticket),
    clear: () => queues.clear(),
  };
}

function keyOf({ target, probe }: Ticket): string {
  return JSON.stringify([target, probe]);
}

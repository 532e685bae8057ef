import type { Clock, Timer } from '../../std/std.ts';

/** A request for a slot; `start` is called once, when the slot is granted. */
export type Ticket = { readonly target: string; readonly start: () => void };

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

type Holding = { timer: Timer | undefined; hangs: boolean };

/**
 * Grants slots fairly: a queue per target, targets in turn. A slow target can hold no more than `perTarget`
 * slots, and its queue keeps nobody else waiting. With a total alone, as many hanging targets as there are
 * slots would stop everybody; so a probe that hangs no longer counts against it.
 */
export function createSlots(limits: SlotLimits, clock: Clock): Slots {
  // Insertion order is the order of turns: a target that was granted a slot goes to the back.
  const queues = new Map<string, Ticket[]>();
  const running = new Map<string, number>();
  const holdings = new Map<Ticket, Holding>();
  let generalCount = 0;
  let hangingCount = 0;

  function takeNext(): Ticket | undefined {
    for (const [target, queue] of queues) {
      if ((running.get(target) ?? 0) >= limits.perTarget) continue;
      const ticket = queue.shift();
      queues.delete(target);
      if (queue.length > 0) queues.set(target, queue);
      return ticket;
    }
    return undefined;
  }

  function noteHanging(holding: Holding): void {
    holding.timer = undefined;
    if (hangingCount >= limits.maximumHanging) return;
    holding.hangs = true;
    hangingCount += 1;
    generalCount -= 1;
    grant();
  }

  function grant(): void {
    while (generalCount < limits.total) {
      const ticket = takeNext();
      if (ticket === undefined) return;
      const holding: Holding = { timer: undefined, hangs: false };
      holding.timer = clock.after(limits.hangsAfterMs, () => noteHanging(holding));
      holdings.set(ticket, holding);
      generalCount += 1;
      running.set(ticket.target, (running.get(ticket.target) ?? 0) + 1);
      ticket.start();
    }
  }

  return {
    request(ticket, isUrgent) {
      const queue = queues.get(ticket.target) ?? [];
      if (isUrgent) queue.unshift(ticket);
      else queue.push(ticket);
      queues.set(ticket.target, queue);
      grant();
    },
    release(ticket) {
      const holding = holdings.get(ticket);
      if (holding === undefined) return;
      holdings.delete(ticket);
      holding.timer?.cancel();
      const left = (running.get(ticket.target) ?? 1) - 1;
      if (left > 0) running.set(ticket.target, left);
      else running.delete(ticket.target);
      if (holding.hangs) hangingCount -= 1;
      else generalCount -= 1;
      grant();
    },
    withdraw({ target, start }) {
      const left = (queues.get(target) ?? []).filter((ticket) => ticket.start !== start);
      if (left.length > 0) queues.set(target, left);
      else queues.delete(target);
    },
    clear: () => queues.clear(),
  };
}

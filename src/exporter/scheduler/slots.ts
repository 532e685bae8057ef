/** A request for a slot; `start` is called once, when the slot is granted. */
export type Ticket = { readonly target: string; readonly start: () => void };

export type SlotLimits = {
  /** Probes that run at the same time. */
  readonly total: number;
  /** Probes of one target that run at the same time. */
  readonly perTarget: number;
};

export type Slots = {
  /** Queues the ticket, in front of its target's others when urgent; may start it at once. */
  request(ticket: Ticket, isUrgent: boolean): void;
  release(target: string): void;
  /** Forgets everything that has not started. */
  clear(): void;
};

/**
 * Grants slots fairly: a queue per target, targets in turn. A slow target can hold no more than `perTarget`
 * slots, and its queue keeps nobody else waiting.
 */
export function createSlots(limits: SlotLimits): Slots {
  // Insertion order is the order of turns: a target that was granted a slot goes to the back.
  const queues = new Map<string, Ticket[]>();
  const running = new Map<string, number>();
  let runningTotal = 0;

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

  function grant(): void {
    while (runningTotal < limits.total) {
      const ticket = takeNext();
      if (ticket === undefined) return;
      runningTotal += 1;
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
    release(target) {
      const left = (running.get(target) ?? 1) - 1;
      if (left > 0) running.set(target, left);
      else running.delete(target);
      runningTotal -= 1;
      grant();
    },
    clear: () => queues.clear(),
  };
}

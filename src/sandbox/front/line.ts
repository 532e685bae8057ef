import type { Clock, Random } from '../../std/std.ts';

/** The state of the line between clients and a server. Faults set it, the proxy obeys it. */
export type Line = {
  /** Mean delay of each piece of an answer, and the share by which it varies, 0 to 1. */
  delayMs: number;
  jitterRatio: number;
  /** Share of pieces that were lost on the way: they arrive after a retransmission time-out. */
  lossRatio: number;
  /** 0 is unlimited. */
  bytesPerSecond: number;
  /** Share of the pieces of answers in whose place comes a reset of the connection. */
  resetRatio: number;
  /** Connections are made, and nothing passes any more. */
  isSilent: boolean;
};

export function createLine(): Line {
  return {
    delayMs: 0,
    jitterRatio: 0,
    lossRatio: 0,
    bytesPerSecond: 0,
    resetRatio: 0,
    isSilent: false,
  };
}

/** RFC 6298, section 2.4: at least one second, doubled at each further loss of the same piece. */
const RETRANSMISSION_MS = 1000;
const RETRANSMISSION_LIMIT = 4;

/** How much later than it was sent a piece of so many bytes arrives. Pure but for `random`. */
export function transitMs(line: Line, bytes: number, random: Pick<Random, 'next'>): number {
  const { delayMs, jitterRatio, lossRatio, bytesPerSecond } = line;
  const jittered = delayMs * (1 + jitterRatio * (2 * random.next() - 1));
  const serialised = bytesPerSecond === 0 ? 0 : (bytes / bytesPerSecond) * 1000;
  let lostMs = 0;
  for (let tries = 0; tries < RETRANSMISSION_LIMIT && random.next() < lossRatio; tries++) {
    lostMs += RETRANSMISSION_MS * 2 ** tries;
  }
  return jittered + serialised + lostMs;
}

/** Runs actions in the order in which they were given, each not before its time. */
export type Queue = {
  /** Bytes that wait. */
  size(): number;
  push(afterMs: number, bytes: number, action: () => void): void;
  end(): void;
};

export function createQueue(clock: Clock): Queue {
  const waiting: { dueMs: number; bytes: number; action: () => void }[] = [];
  let size = 0;
  let timer: { cancel(): void } | undefined;

  function run(): void {
    timer = undefined;
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const leftMs = first.dueMs - clock.monotonicMs();
      if (leftMs > 0) {
        timer = clock.after(leftMs, run);
        return;
      }
      waiting.shift();
      size -= first.bytes;
      first.action();
    }
  }

  return {
    size: () => size,
    push(afterMs, bytes, action) {
      if (afterMs <= 0 && waiting.length === 0) return action();
      // What was sent later never arrives earlier.
      const earliestMs = waiting.at(-1)?.dueMs ?? 0;
      waiting.push({ dueMs: Math.max(earliestMs, clock.monotonicMs() + afterMs), bytes, action });
      size += bytes;
      timer ??= clock.after(Math.max(0, afterMs), run);
    },
    end() {
      timer?.cancel();
      waiting.length = 0;
    },
  };
}

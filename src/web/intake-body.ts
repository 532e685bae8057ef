import type { IncomingMessage } from 'node:http';
import type { Clock } from '../std/std.ts';

export type IntakeLimits = {
  /** Of one body. */
  readonly bodyBytes: number;
  /** Of all bodies that are being received or committed. */
  readonly bytesInHand: number;
  readonly deliveries: number;
  /** Without a further byte of the body. */
  readonly idleMs: number;
  /** For the whole body. */
  readonly totalMs: number;
  /** Until an answer is given, whether or not the commit succeeds later. */
  readonly commitMs: number;
};

export const INTAKE_LIMITS: IntakeLimits = {
  bodyBytes: 64 * 1024 * 1024,
  bytesInHand: 128 * 1024 * 1024,
  deliveries: 256,
  idleMs: 10_000,
  totalMs: 60_000,
  commitMs: 10_000,
};

/** What one delivery holds of the budget. */
export type Lease = {
  /** Holds so many bytes; false when there are not as many left. */
  grow(toBytes: number): boolean;
  /** Idempotent. */
  release(): void;
};

export type IntakeBudget = {
  /** Null when there are too many deliveries in hand. */
  open(): Lease | null;
};

export function createIntakeBudget(
  limits: Pick<IntakeLimits, 'bytesInHand' | 'deliveries'>,
): IntakeBudget {
  let bytes = 0;
  let deliveries = 0;
  return {
    open() {
      if (deliveries >= limits.deliveries) return null;
      deliveries++;
      let held = 0;
      let isReleased = false;
      return {
        grow(toBytes) {
          const more = toBytes - held;
          if (more <= 0) return true;
          if (bytes + more > limits.bytesInHand) return false;
          bytes += more;
          held = toBytes;
          return true;
        },
        release() {
          if (isReleased) return;
          isReleased = true;
          deliveries--;
          bytes -= held;
        },
      };
    },
  };
}

export type BodyFailure = 'too_large' | 'overloaded' | 'too_slow' | 'hung_up';

export type ReadBody =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly failure: BodyFailure };

/**
 * Reads a body as it comes, within its limits and with every byte counted against the budget. A body that says its
 * length is received into one piece of memory.
 */
export async function readBody(
  request: IncomingMessage,
  lease: Lease,
  limits: IntakeLimits,
  clock: Clock,
): Promise<ReadBody> {
  const told = request.headers['content-length'];
  const length = told === undefined ? null : Number(told);
  if (length !== null && length > limits.bodyBytes) return { ok: false, failure: 'too_large' };
  if (length !== null && !lease.grow(length)) return { ok: false, failure: 'overloaded' };
  return new Promise((resolve) => {
    const whole = length === null ? null : Buffer.allocUnsafeSlow(length);
    const chunks: Buffer[] = [];
    let received = 0;
    const tooSlow = (): void => settle({ ok: false, failure: 'too_slow' });
    const total = clock.after(limits.totalMs, tooSlow);
    let idle = clock.after(limits.idleMs, tooSlow);

    function settle(result: ReadBody): void {
      total.cancel();
      idle.cancel();
      request.off('data', take).off('end', finish).off('close', hangUp).off('error', hangUp);
      if (!result.ok) request.on('error', () => {});
      resolve(result);
    }

    function take(chunk: Buffer): void {
      idle.cancel();
      idle = clock.after(limits.idleMs, tooSlow);
      const soFar = received + chunk.length;
      if (soFar > limits.bodyBytes) return settle({ ok: false, failure: 'too_large' });
      if (!lease.grow(soFar)) return settle({ ok: false, failure: 'overloaded' });
      if (whole === null) chunks.push(chunk);
      else chunk.copy(whole, received);
      received = soFar;
    }

    function finish(): void {
      settle({ ok: true, body: whole ?? Buffer.concat(chunks) });
    }

    function hangUp(): void {
      settle({ ok: false, failure: 'hung_up' });
    }

    request.on('data', take).once('end', finish).once('close', hangUp).once('error', hangUp);
  });
}

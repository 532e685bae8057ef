import type { Clock } from '../std/std.ts';
import { SqlReaderError } from './sql-source.ts';
import type { QueryLimits } from './sql-source.ts';

/** What a task has to do with the deadline above it. */
export type Watch = {
  /** Nobody waits any more: what would come next is not asked for. */
  isOver(): boolean;
  /** The connection that ends when the time is over, and whoever waits for an answer on it; undefined once it is given back. */
  use(socket: Ending | undefined): void;
};

type Ending = { destroy(): unknown };

export type Deadline = {
  readonly clock: Clock;
  readonly limits: QueryLimits;
  /** What is asked, for a message. */
  readonly place: string;
  readonly toReaderError: (error: unknown, place: string) => SqlReaderError;
};

/** Ends at the deadline even when the server answers nothing, and throws SqlReaderError. */
export async function withDeadline<T>(
  { clock, limits: { timeoutMs, signal }, place, toReaderError }: Deadline,
  work: (watch: Watch) => Promise<T>,
): Promise<T> {
  if (signal?.aborted === true) {
    throw new SqlReaderError('timeout', `${place} was not asked: the caller had given up`);
  }
  const stop = Promise.withResolvers<never>();
  let used: Ending | undefined;
  let isOver = false;
  function give(why: string): void {
    isOver = true;
    used?.destroy();
    stop.reject(new SqlReaderError('timeout', `${place} ${why}`));
  }
  const onAbort = (): void => give('was given up by the caller before it answered');
  const timer = clock.after(timeoutMs, () => give(`did not answer within ${timeoutMs} ms`));
  signal?.addEventListener('abort', onAbort, { once: true });
  const running = work({
    isOver: () => isOver,
    use(socket) {
      used = socket;
    },
  });
  try {
    return await Promise.race([running, stop.promise]);
  } catch (error) {
    running.catch(() => {});
    throw toReaderError(error, place);
  } finally {
    timer.cancel();
    signal?.removeEventListener('abort', onAbort);
  }
}

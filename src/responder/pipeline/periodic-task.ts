import type { DatabaseTransaction } from '../../store/store.ts';
import type { Commit } from './process-inbox.ts';

/**
 * What is done now and then, and of all replicas by one at a time: it is no work for a person or for one incident.
 * To add a task, write a function `create…Task` that gives one of these, in a file of its own, and put it into the
 * list in periodic-tasks.ts. The worker asks it on every tick, and runs it beside everything else, but never
 * twice at once.
 */
export type PeriodicTask = {
  /** Also the name of its lease: short, in snake_case, never changed. */
  readonly name: string;
  /** Asked on every tick, so it costs nothing: times are kept in memory, by the monotonic clock. */
  isDue(): boolean;
  /**
   * Gives whether it changed anything that others may have to act upon. What it writes, it writes by `held`
   * alone. Rejects when the store fails; it is then asked again on the next tick.
   */
  run(held: Held): Promise<boolean>;
};

/** The lease that a task runs under. */
export type Held = {
  readonly replica: string;
  /** Rises whenever another replica takes over: what was remembered under another number may be out of date. */
  readonly fence: number;
  /** A transaction that writes nothing, and throws, when another replica has taken over meanwhile. */
  transaction<T>(work: (transaction: DatabaseTransaction) => Promise<T>): Promise<T>;
  /** The same for changes of incidents. */
  readonly commit: Commit;
};

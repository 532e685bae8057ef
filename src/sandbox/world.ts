import type { Clock, Logger, Random } from '../std/std.ts';
import type { Sqlite } from '../store/store.ts';

import type { Backend } from './api/backend.ts';
import type { Front } from './front/front.ts';

/** Everything of the running sandbox that a fault may take hold of. */
export type World = Front & {
  readonly database: Sqlite;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly backend: Backend;
  readonly worker: { pause(): void; resume(): void };
  readonly monitorUserId: number;
  /** A second connection to the same database file, as another program would open. */
  openSecondConnection(): Sqlite;
  /** A real log-in over HTTP at the sandbox's own address; resolves to the status, or 0 without answer. */
  login(userName: string, password: string): Promise<number>;
  /** Calls back every `intervalMs` until the returned function is called or the sandbox stops. */
  every(intervalMs: number, callback: () => void): () => void;
  /** Keeps what ends an effect that lives in this process, under the fault's id. */
  hold(faultId: string, release: () => void): void;
  /** Ends what was kept under the id; nothing when nothing was. */
  release(faultId: string): void;
};

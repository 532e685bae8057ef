import type { Clock, Logger, Random } from '../std/std.ts';
import type { Sqlite } from '../store/store.ts';

/** How replies are disturbed on their way out. Faults set these, the listener obeys them. */
export type Disturbance = {
  /** Mean delay of each reply in milliseconds; 0 is none. */
  delayMeanMs: number;
  /** Answers every request with an HTML log-in page and status 200. */
  loginPage: boolean;
  /** The share of each JSON body that is sent, in (0, 1]. */
  bodyRatio: number;
};

export function createDisturbance(): Disturbance {
  return { delayMeanMs: 0, loginPage: false, bodyRatio: 1 };
}

/** Everything of the running sandbox that a fault may take hold of. */
export type World = {
  readonly database: Sqlite;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly disturbance: Disturbance;
  readonly listener: {
    /** Closes the listening socket and every connection: further connections are refused. */
    close(): Promise<void>;
    /** Listens again, on the same port. */
    open(): Promise<void>;
    /** Changes the certificate and drops the connections that were made with the old one. */
    useCertificate(which: 'valid' | 'expired'): void;
  };
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

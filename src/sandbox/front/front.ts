import type { Clock, Logger, Random } from '../../std/std.ts';
import type { Api } from '../api/api.ts';
import type { CertificateName, Certificates } from './certificates.ts';
import { createDisturbance } from './disturbance.ts';
import type { Disturbance } from './disturbance.ts';
import { createFaultProxy } from './fault-proxy.ts';
import type { Line } from './line.ts';
import { createListener } from './listener.ts';
import { createWorkerPool } from './worker-pool.ts';
import type { WorkerPool } from './worker-pool.ts';

export type FrontOptions = {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Speaks HTTPS with them, or HTTP without. */
  readonly certificates: Certificates | undefined;
  readonly api: Api;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
};

/** What stands between clients and an API: the line, the listening socket, TLS, the workers and the gateway. */
export type Front = {
  readonly line: Line;
  readonly workers: WorkerPool;
  readonly disturbance: Disturbance;
  readonly listener: {
    /** Closes the listening socket and every connection: further connections are refused. */
    close(): Promise<void>;
    /** Listens, again on the same port. */
    open(): Promise<void>;
    /** Changes the certificate and drops the connections that were made with the old one. */
    useCertificate(which: CertificateName): void;
  };
};

export type RunningFront = Front & {
  /** Known once it was open. */
  url(): string;
  /** Ends every connection; further ones are taken. */
  dropConnections(): void;
  close(): Promise<void>;
};

/** A front that is closed; `listener.open` opens it. */
export function createFront(options: FrontOptions): RunningFront {
  const { host, clock, random } = options;
  const disturbance = createDisturbance();
  const workers = createWorkerPool(clock, random);
  const inner = createListener({ ...options, host: '127.0.0.1', disturbance, workers });
  const proxy = createFaultProxy({ ...options, upstreamPort: () => inner.port() });
  let port = options.port;
  return {
    line: proxy.line,
    workers,
    disturbance,
    listener: {
      async open() {
        await inner.open();
        port = await proxy.open();
      },
      close: () => proxy.close(),
      useCertificate: (which) => inner.useCertificate(which),
    },
    url() {
      const name = host.includes(':') ? `[${host}]` : host;
      return `${options.certificates === undefined ? 'http' : 'https'}://${name}:${port}`;
    },
    dropConnections: () => proxy.dropConnections(),
    async close() {
      workers.clearLoad();
      await proxy.close();
      await inner.close();
    },
  };
}

import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

import type { Clock, Random } from '../../std/std.ts';
import { createLine, createQueue, transitMs } from './line.ts';
import type { Line } from './line.ts';
import { closeServer, listen, trackConnections } from './listen.ts';

export type FaultProxyOptions = {
  readonly host: string;
  /** 0 takes any free port; the same one is used when it is opened again. */
  readonly port: number;
  /** Asked for each connection, so that a server may come back on another port. */
  readonly upstreamPort: () => number;
  readonly clock: Clock;
  readonly random: Pick<Random, 'next'>;
};

/** A TCP proxy in front of a server on loopback, for whatever a network can do to it. */
export type FaultProxy = {
  /** What happens to connections from now on, those that exist included. */
  readonly line: Line;
  /** Resolves to the port. */
  open(): Promise<number>;
  /** Ends every connection; further ones are taken. */
  dropConnections(): void;
  /** Refuses connections and ends those that exist. */
  close(): Promise<void>;
};

/** A client that never reads must not fill the memory: the server is not read from meanwhile. */
const WAITING_LIMIT_BYTES = 4 * 1024 * 1024;

export function createFaultProxy(options: FaultProxyOptions): FaultProxy {
  const { host, upstreamPort, clock, random } = options;
  const line = createLine();
  let { port } = options;
  const server: Server = createServer({ allowHalfOpen: true }, (client) =>
    join(client, connect({ port: upstreamPort(), host: '127.0.0.1', allowHalfOpen: true }), {
      line,
      clock,
      random,
    }),
  );
  const connections = trackConnections(server);
  return {
    line,
    async open() {
      if (!server.listening) port = await listen(server, host, port);
      return port;
    },
    dropConnections: () => connections.destroyAll(),
    close: () => closeServer(server, connections),
  };
}

type Way = Pick<FaultProxyOptions, 'clock' | 'random'> & { readonly line: Line };

/** Joins two ends until either is gone. Only answers are late or lost: a request waits for its answer anyway. */
function join(client: Socket, upstream: Socket, { line, clock, random }: Way): void {
  const answers = createQueue(clock);
  for (const [socket, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    socket.setNoDelay(true);
    socket.on('error', () => other.destroy());
    socket.once('close', () => {
      answers.end();
      other.destroy();
    });
  }
  client.on('data', (piece) => {
    if (!line.isSilent) upstream.write(piece);
  });
  client.once('end', () => {
    if (!line.isSilent) upstream.end();
  });
  upstream.on('data', (piece) => {
    if (line.isSilent) return;
    answers.push(transitMs(line, piece.length, random), piece.length, () => {
      if (random.next() < line.resetRatio) client.resetAndDestroy();
      else if (client.writable) client.write(piece);
      if (answers.size() < WAITING_LIMIT_BYTES) upstream.resume();
    });
    if (answers.size() >= WAITING_LIMIT_BYTES) upstream.pause();
  });
  upstream.once('end', () => {
    if (!line.isSilent) answers.push(0, 0, () => client.end());
  });
}

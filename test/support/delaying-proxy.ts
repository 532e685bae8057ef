import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A TCP proxy on loopback that can hold every answer back: a slow network in front of a healthy server. */
export type DelayingProxy = {
  readonly port: number;
  /** From now on each piece of an answer arrives this much later. 0 passes everything on at once. */
  setDelayMs(delayMs: number): void;
  stop(): Promise<void>;
};

export async function startDelayingProxy(upstreamPort: number): Promise<DelayingProxy> {
  let delayMs = 0;
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();

  function later(action: () => void): void {
    if (delayMs === 0 && timers.size === 0) {
      action();
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, delayMs);
    timers.add(timer);
  }

  function join(client: Socket): void {
    const upstream = connect(upstreamPort, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.once('error', () => other.destroy());
      socket.once('close', () => sockets.delete(socket));
    }
    client.pipe(upstream);
    upstream.on('data', (piece) => later(() => client.writable && client.write(piece)));
    upstream.once('end', () => later(() => client.end()));
  }

  const server = createServer(join).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    setDelayMs(wantedMs) {
      delayMs = wantedMs;
    },
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

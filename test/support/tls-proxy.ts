import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { KeyPair } from './test-certificates.ts';

/** A proxy on loopback that ends TLS in front of a plain server, as a load balancer does. */
export type TlsProxy = {
  readonly port: number;
  /** What an administrator does who installs a certificate and restarts: old connections end too. */
  setCertificate(pair: KeyPair): void;
  stop(): Promise<void>;
};

export async function startTlsProxy(upstreamPort: number, pair: KeyPair): Promise<TlsProxy> {
  const sockets = new Set<Socket>();

  function join(client: Socket): void {
    const upstream = connect(upstreamPort, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.once('error', () => other.destroy());
      socket.once('close', () => sockets.delete(socket));
      socket.pipe(other);
    }
  }

  function endConnections(): void {
    for (const socket of sockets) socket.destroy();
  }

  const server = createServer(pair, join).listen(0, '127.0.0.1');
  // Clients that refuse the certificate hang up during the handshake.
  server.on('tlsClientError', () => {});
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    setCertificate(next) {
      server.setSecureContext(next);
      endConnections();
    },
    async stop() {
      endConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

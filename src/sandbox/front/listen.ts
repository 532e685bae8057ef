import type { Server } from 'node:net';
import type { Socket } from 'node:net';

import { CrmwatchError, errorMessage, systemErrorCode } from '../../std/std.ts';

/** A bound on what anybody on the machine can make the sandbox hold. */
const CONNECTION_LIMIT = 512;

/** Starts to listen and resolves to the port; `address_in_use` or `listen_refused` when it cannot. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  server.maxConnections = CONNECTION_LIMIT;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((error: unknown) => {
    const inUse = systemErrorCode(error) === 'EADDRINUSE';
    throw new CrmwatchError(
      inUse ? 'address_in_use' : 'listen_refused',
      `the sandbox cannot listen on ${host}:${port}: ${errorMessage(error)}`,
      { remedy: 'choose another port, or 0 for any free one', cause: error },
    );
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Notes the connections of a server, so that closing it is bounded: also those within a TLS handshake. */
export function trackConnections(server: Server): { destroyAll(): void } {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    destroyAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

export async function closeServer(
  server: Server,
  connections: { destroyAll(): void },
): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    connections.destroyAll();
  });
}

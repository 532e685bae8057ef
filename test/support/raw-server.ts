import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';

export type RawServer = {
  readonly url: string;
  readonly port: number;
  /** Requests so far, head and body as text. */
  readonly seen: readonly string[];
  /** Bytes that the other side has taken, over all connections. */
  bytesWritten(): number;
  close(): Promise<void>;
};

/** A server below HTTP on 127.0.0.1: the handler writes whatever it likes for each request that arrives. */
export async function startRawServer(
  answer: (socket: Socket, request: string) => void,
): Promise<RawServer> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  let closedBytes = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      sockets.delete(socket);
      closedBytes += socket.bytesWritten;
    });
    socket.on('data', (data: Buffer) => {
      const request = data.toString('latin1');
      seen.push(request);
      answer(socket, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    bytesWritten: () =>
      [...sockets].reduce((total, socket) => total + socket.bytesWritten, closedBytes),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
}

/** Writes a piece again and again, at the pace of the reader, until the connection ends. */
export function writeForEver(socket: Socket, piece: Buffer): void {
  const more = (): void => {
    if (socket.destroyed) return;
    while (socket.write(piece)) if (socket.destroyed) return;
    socket.once('drain', more);
  };
  more();
}

import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { constants, createServer as createHttp2Server } from 'node:http2';
import type {
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2';
import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { rememberOrigin } from './peer.ts';

/** Streams of one connection at the same time; more wait. */
const MAXIMUM_STREAMS = 32;

/** What the streams of one connection may hold together, in megabytes: so many pages of many thousand series. */
const SESSION_MEGABYTES = 256;

/** Headers that belong to one connection and have no place in HTTP/2 (RFC 9113, 8.2.2). */
const CONNECTION_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

function toHttp1(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const plain: Record<string, string | string[]> = { host: headers[':authority'] ?? '' };
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(':')) plain[name] = value;
  }
  return plain;
}

function toHttp2(answer: IncomingMessage): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ':status': answer.statusCode ?? 500 };
  for (const [name, value] of Object.entries(answer.headers)) {
    if (!CONNECTION_HEADERS.has(name)) headers[name] = value;
  }
  return headers;
}

function forward(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  serveHttp1: (connection: Duplex) => void,
): void {
  const [near, far] = duplexPair();
  const origin = stream.session?.socket;
  if (origin !== undefined) rememberOrigin(far, origin);
  serveHttp1(far);
  const request = httpRequest({
    method: headers[':method'] ?? 'GET',
    path: headers[':path'] ?? '/',
    headers: toHttp1(headers),
    setHost: false,
    createConnection: () => near,
  });
  const giveUp = (): void => {
    request.destroy();
    near.destroy();
    far.destroy();
    if (!stream.closed) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  };
  request.on('response', (answer) => {
    if (stream.destroyed) return giveUp();
    stream.respond(toHttp2(answer));
    answer.on('error', giveUp);
    answer.pipe(stream);
  });
  request.on('error', giveUp);
  stream.on('error', giveUp);
  // Who hangs up before the end of the answer aborts the request, as over HTTP/1.
  stream.on('close', giveUp);
  stream.pipe(request);
}

export type Http2Bridge = {
  /** Takes a connection on which HTTP/2 was agreed. */
  accept(socket: TLSSocket): void;
  /** Ends connections once their streams have ended. */
  close(): void;
  destroy(): void;
};

/**
 * HTTP/2 in front of a server that speaks HTTP/1: express gives requests a prototype of its own and cannot take those
 * of node:http2. Each stream becomes a connection inside this process.
 */
export function createHttp2Bridge(serveHttp1: (connection: Duplex) => void): Http2Bridge {
  const server = createHttp2Server({
    settings: { maxConcurrentStreams: MAXIMUM_STREAMS },
    maxSessionMemory: SESSION_MEGABYTES,
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) =>
    forward(stream as ServerHttp2Stream, headers, serveHttp1),
  );
  // A session that breaks ends its streams, which is all there is to do.
  server.on('sessionError', () => {});
  return {
    accept: (socket) => void server.emit('connection', socket),
    close() {
      for (const session of sessions) session.close();
    },
    destroy() {
      for (const session of sessions) session.destroy();
    },
  };
}

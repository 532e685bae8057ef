import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import { errorMessage } from '../../std/std.ts';
import type { Logger } from '../../std/std.ts';
import { whyNotWelcome } from './client-certificate.ts';
import { createHttp2Bridge } from './http2-bridge.ts';
import type { WebConfigSource, WebTls } from './web-config.ts';

/** All of TLS 1.3, which are not chosen by configuration, as in Go. */
const TLS13_CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
];
const HANDSHAKE_TIMEOUT_MS = 10_000;

function ciphersOf({ ciphers, minimumVersion }: WebTls): { ciphers?: string } {
  // OpenSSL takes versions before 1.2 only where the lowest level of security is asked for.
  const isOld = minimumVersion === 'TLSv1' || minimumVersion === 'TLSv1.1';
  if (ciphers === undefined) return isOld ? { ciphers: 'DEFAULT:@SECLEVEL=0' } : {};
  const names = [...new Set([...TLS13_CIPHERS, ...ciphers])];
  return { ciphers: [...names, ...(isOld ? ['@SECLEVEL=0'] : [])].join(':') };
}

function contextOf(tls: WebTls): SecureContextOptions {
  return {
    cert: tls.certificate,
    key: tls.key,
    // Node takes an empty text or file for "the public authorities", but not an empty list.
    ...(tls.clientAuthorities === undefined ? {} : { ca: [...tls.clientAuthorities] }),
    minVersion: tls.minimumVersion,
    maxVersion: tls.maximumVersion,
    ...ciphersOf(tls),
    honorCipherOrder: tls.prefersServerCiphers,
    ...(tls.curves === undefined ? {} : { ecdhCurve: tls.curves.join(':') }),
  };
}

/** Node keeps this of its options as a property that each handshake reads. */
type AskingServer = Server & { requestCert: boolean };

export type TlsListener = {
  readonly server: Server;
  /** Ends connections that HTTP/2 keeps open; `destroy` does not wait for their streams. */
  close(): void;
  destroy(): void;
};

function warn(tls: WebTls, logger: Logger): void {
  if (tls.warning !== undefined) logger.warn(tls.warning);
}

/** Takes over from the configuration before each handshake whatever has changed since the one before. */
function followChanges(
  server: AskingServer,
  source: WebConfigSource,
  logger: Logger,
): () => WebTls {
  let current = requireTls(source);
  warn(current, logger);
  server.prependListener('connection', (socket: Socket) => {
    try {
      const next = requireTls(source);
      if (next === current) return;
      server.setSecureContext(contextOf(next));
      server.requestCert = next.clientAuthentication !== 'none';
      current = next;
      warn(next, logger);
    } catch (error) {
      logger.error('a connection was refused', { problem: errorMessage(error) });
      socket.destroy();
    }
  });
  return () => current;
}

/**
 * An HTTPS server, with HTTP/2 by a bridge. While its configuration cannot be used it turns everybody away, as
 * exporters of Prometheus do.
 */
export function createTlsListener(
  handler: RequestListener,
  source: WebConfigSource,
  logger: Logger,
): TlsListener {
  const { http2 } = source.current();
  const tls = requireTls(source);
  const server = createServer(
    {
      ...contextOf(tls),
      ALPNProtocols: http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      requestCert: tls.clientAuthentication !== 'none',
      // Judged after the handshake: what is asked depends on more than Node's two switches can say.
      rejectUnauthorized: false,
    },
    handler,
  ) as AskingServer;
  // What an HTTPS server does with a connection by itself: it speaks HTTP/1 on it.
  const [serve] = server.listeners('secureConnection');
  const serveHttp1 = (connection: Duplex): void => {
    serve?.call(server, connection as TLSSocket);
  };
  const bridge = createHttp2Bridge(serveHttp1);
  const currentTls = followChanges(server, source, logger);
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket) => {
    const why = whyNotWelcome(socket, currentTls());
    if (why !== undefined) {
      logger.debug('a client was turned away', { why });
      socket.destroy();
    } else if (socket.alpnProtocol === 'h2') bridge.accept(socket);
    else serveHttp1(socket);
  });
  server.on('tlsClientError', (error, socket) => {
    logger.debug('a TLS handshake failed', { problem: errorMessage(error) });
    socket.destroy();
  });
  return { server, close: () => bridge.close(), destroy: () => bridge.destroy() };
}

function requireTls(source: WebConfigSource): WebTls {
  const { tls } = source.current();
  if (tls === undefined) throw new Error('the web configuration no longer says tls_server_config');
  return tls;
}

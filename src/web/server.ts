import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CrmwatchError, errorMessage, systemErrorCode } from '../std/std.ts';
import type { Clock, Logger } from '../std/std.ts';
import { guardApplication } from './listening/guard.ts';
import { createTlsListener } from './listening/tls-listener.ts';
import type { WebConfigSource } from './listening/web-config.ts';
import { isLoopbackHost } from './host-check.ts';

/** An HTTP application that a web server can carry. */
export type WebApp = {
  readonly name: string;
  readonly handler: RequestListener;
  /** Ends answers that would otherwise last for ever. */
  closeStreams(): void;
  /** Why it may listen on loopback alone, and what to do about it; null when it may listen anywhere. */
  readonly loopbackOnly: { readonly why: string; readonly remedy: string } | null;
};

export type WebServerOptions = {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock: Clock;
  /** Where it is served instead of `host` and `port`: several addresses, or sockets of systemd. */
  readonly places?: readonly ListenPlace[];
  /** TLS, passwords and the like from a web configuration file; without it, plain HTTP for everybody. */
  readonly web?: { readonly source: WebConfigSource; readonly logger: Logger };
};

/** An address of this machine, or a socket that systemd has opened, by its file descriptor. */
export type ListenPlace =
  | { readonly host: string; readonly port: number }
  | { readonly fileDescriptor: number };

export type WebServer = {
  /** Rejects with CrmwatchError `address_in_use` or `listen_refused`. */
  start(): Promise<{ readonly url: string; readonly urls: readonly string[] }>;
  /** Bounded: after some seconds the remaining connections are cut. May be called again. */
  stop(): Promise<void>;
};

/** Longer than Alertmanager and proxies keep idle connections, so that they close first and no request is lost. */
const KEEP_ALIVE_TIMEOUT_MS = 120_000;
const HEADERS_TIMEOUT_MS = 125_000;
const STOP_LIMIT_MS = 3000;

function urlOf(server: Server, place: ListenPlace, scheme: string): string {
  const { address, port } = server.address() as AddressInfo;
  const host = 'host' in place && place.host !== '' ? place.host : address;
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function placeText(place: ListenPlace): string {
  return 'host' in place
    ? `${place.host}:${place.port}`
    : `socket ${place.fileDescriptor} of systemd`;
}

function listenError(error: unknown, name: string, place: ListenPlace): CrmwatchError {
  const address = placeText(place);
  const code = systemErrorCode(error);
  if (code === 'EADDRINUSE') {
    return new CrmwatchError('address_in_use', `${name}: ${address} is already in use`, {
      remedy: `stop the program that listens on ${address}, or configure another port for the ${name}`,
      cause: error,
    });
  }
  return new CrmwatchError(
    'listen_refused',
    `${name}: cannot listen on ${address}: ${errorMessage(error)}`,
    {
      remedy:
        code === 'EACCES'
          ? 'use a port above 1023, or allow the program to use lower ones'
          : 'use an address of this machine, such as 127.0.0.1',
      cause: error,
    },
  );
}

async function listen(server: Server, place: ListenPlace): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const done = (): void => {
      server.off('error', reject);
      resolve();
    };
    if (!('host' in place)) server.listen({ fd: place.fileDescriptor }, done);
    // Without a host it is every address, of IPv6 too where the machine has it.
    else if (place.host === '') server.listen(place.port, done);
    else server.listen(place.port, place.host, done);
  });
}

type Listener = {
  readonly server: Server;
  readonly scheme: 'http' | 'https';
  close(): void;
  destroy(): void;
};

function createListener(app: WebApp, { web, clock }: WebServerOptions): Listener {
  if (web === undefined) return plainListener(app.handler);
  const { source, logger } = web;
  const handler = guardApplication(app.handler, source, { clock, logger });
  if (source.current().tls === undefined) return plainListener(handler);
  return { ...createTlsListener(handler, source, logger), scheme: 'https' };
}

function plainListener(handler: RequestListener): Listener {
  return { server: createServer(handler), scheme: 'http', close: () => {}, destroy: () => {} };
}

/** Carries one application on one address or several. Throws CrmwatchError when the web configuration is unusable. */
export function createWebServer(app: WebApp, options: WebServerOptions): WebServer {
  const { host, port, clock, places = [{ host, port }] } = options;
  const listeners = places.map((place) => ({ place, ...createListener(app, options) }));
  for (const { server } of listeners) {
    server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
    server.headersTimeout = HEADERS_TIMEOUT_MS;
  }
  let stopping: Promise<void> | undefined;

  async function closeListener(listener: Listener): Promise<void> {
    const { server } = listener;
    if (!server.listening) return;
    const cut = clock.after(STOP_LIMIT_MS, () => {
      server.closeAllConnections();
      listener.destroy();
    });
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      app.closeStreams();
      server.closeIdleConnections();
      listener.close();
    });
    cut.cancel();
  }
  async function closeAll(): Promise<void> {
    await Promise.all(listeners.map(closeListener));
  }

  return {
    async start() {
      for (const { place } of listeners) refuseBeyondLoopback(app, place);
      const urls: string[] = [];
      for (const { server, place, scheme } of listeners) {
        await listen(server, place).catch(async (error: unknown) => {
          await closeAll();
          throw listenError(error, app.name, place);
        });
        urls.push(urlOf(server, place, scheme));
      }
      return { url: urls[0] ?? '', urls };
    },
    async stop() {
      stopping ??= closeAll();
      await stopping;
    },
  };
}

function refuseBeyondLoopback(app: WebApp, place: ListenPlace): void {
  if (app.loopbackOnly === null || ('host' in place && isLoopbackHost(place.host))) return;
  const { why, remedy } = app.loopbackOnly;
  const where = 'host' in place ? place.host : placeText(place);
  throw new CrmwatchError('listen_refused', `${app.name}: refuses to listen on ${where}: ${why}`, {
    remedy,
  });
}

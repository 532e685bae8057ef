import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CrmwatchError, errorMessage, systemErrorCode } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
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
};

export type WebServer = {
  /** Rejects with CrmwatchError `address_in_use` or `listen_refused`. */
  start(): Promise<{ readonly url: string }>;
  /** Bounded: after some seconds the remaining connections are cut. May be called again. */
  stop(): Promise<void>;
};

/** Longer than Alertmanager and proxies keep idle connections, so that they close first and no request is lost. */
const KEEP_ALIVE_TIMEOUT_MS = 120_000;
const HEADERS_TIMEOUT_MS = 125_000;
const STOP_LIMIT_MS = 3000;

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function listenError(error: unknown, name: string, options: WebServerOptions): CrmwatchError {
  const address = `${options.host}:${options.port}`;
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

async function listen(server: Server, options: WebServerOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Carries one application on one address. Plain HTTP: TLS is the business of the proxy in front. */
export function createWebServer(app: WebApp, options: WebServerOptions): WebServer {
  const server = createServer(app.handler);
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  let stopping: Promise<void> | undefined;

  async function close(): Promise<void> {
    if (!server.listening) return;
    const cut = options.clock.after(STOP_LIMIT_MS, () => server.closeAllConnections());
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      app.closeStreams();
      server.closeIdleConnections();
    });
    cut.cancel();
  }

  return {
    async start() {
      if (app.loopbackOnly !== null && !isLoopbackHost(options.host)) {
        const { why, remedy } = app.loopbackOnly;
        throw new CrmwatchError(
          'listen_refused',
          `${app.name}: refuses to listen on ${options.host}: ${why}`,
          { remedy },
        );
      }
      await listen(server, options).catch((error: unknown) => {
        throw listenError(error, app.name, options);
      });
      return { url: urlOf(server, options.host) };
    },
    async stop() {
      stopping ??= close();
      await stopping;
    },
  };
}

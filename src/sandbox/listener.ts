import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server as HttpsServer } from 'node:https';

import { CrmwatchError, errorMessage, html, sleep } from '../std/std.ts';
import type { Clock, Logger, Random } from '../std/std.ts';

import { readRequest } from './api/messages.ts';
import type { Reply } from './api/messages.ts';
import type { Api } from './api/api.ts';
import type { Certificates } from './certificates.ts';
import { closeServer, listen, trackConnections } from './listen.ts';
import type { Disturbance } from './world.ts';

export type ListenerOptions = {
  readonly host: string;
  readonly port: number;
  readonly certificates: Certificates | undefined;
  readonly api: Api;
  readonly disturbance: Disturbance;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
};

export type Listener = {
  /** Listens on the asked port, and on the same one when opened again. */
  open(): Promise<void>;
  close(): Promise<void>;
  useCertificate(which: 'valid' | 'expired'): void;
  /** Known once it was open. */
  url(): string;
};

const DELAY_LIMITS_MS = { least: 1000, most: 8000 } as const;
const REQUEST_TIMEOUT_MS = 15_000;
/** Longer than any scan interval, so that a client's pooled connection is not closed under its hands. */
const KEEP_ALIVE_MS = 65_000;

const LOGIN_PAGE = `<!doctype html>${
  html`<html lang="en">
    <head>
      <title>Sign in</title>
    </head>
    <body>
      <h1>Your session has ended</h1>
      <form method="post" action="/sso/login">
        <label>User <input name="user" /></label>
        <label>Password <input name="password" type="password" /></label>
        <button>Sign in</button>
      </form>
    </body>
  </html>`.html
}`;

/** The HTTP or HTTPS front of the API, and the place where replies are disturbed. */
export function createListener(options: ListenerOptions): Listener {
  const { host, certificates, logger } = options;
  let port = options.port;
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    serve(options, request, response).catch((error: unknown) => {
      logger.debug('a sandbox request ended early', { error: errorMessage(error) });
      response.destroy();
    });
  };
  const timeouts = { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS };
  const secure = certificates && createHttpsServer({ ...timeouts, ...certificates.valid }, handler);
  const server: Server | HttpsServer = secure ?? createHttpServer(timeouts, handler);
  const connections = trackConnections(server);

  return {
    async open() {
      if (!server.listening) port = await listen(server, host, port);
    },
    close: () => closeServer(server, connections),
    useCertificate(which) {
      if (secure === undefined || certificates === undefined) {
        throw new CrmwatchError('usage', 'the sandbox does not speak TLS', {
          remedy: 'start the sandbox with TLS',
        });
      }
      secure.setSecureContext(certificates[which]);
      connections.destroyAll();
    },
    url() {
      const name = host.includes(':') ? `[${host}]` : host;
      return `${secure === undefined ? 'http' : 'https'}://${name}:${port}`;
    },
  };
}

async function serve(
  options: ListenerOptions,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { disturbance, clock, random } = options;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const reply = disturbance.loginPage ? 'login page' : await answer(options.api, message);
  if (disturbance.delayMeanMs > 0) {
    const jittered = disturbance.delayMeanMs * (0.7 + 0.6 * random.next());
    const { least, most } = DELAY_LIMITS_MS;
    await sleep(clock, Math.min(most, Math.max(least, jittered)), gone.signal);
  }
  if (!gone.signal.aborted) write(response, reply, disturbance);
}

async function answer(api: Api, message: IncomingMessage): Promise<Reply> {
  const read = await readRequest(message);
  return 'refusal' in read ? read.refusal : api.handle(read.request);
}

function write(response: ServerResponse, reply: Reply | 'login page', wrong: Disturbance): void {
  if (reply === 'login page') {
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': Buffer.byteLength(LOGIN_PAGE),
    });
    response.end(LOGIN_PAGE);
    return;
  }
  const whole = Buffer.from(JSON.stringify(reply.body));
  const sent = whole.subarray(0, Math.floor(whole.length * wrong.bodyRatio));
  response.writeHead(reply.status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': sent.length,
    'Cache-Control': 'no-store',
    ...reply.headers,
  });
  response.end(sent);
}

import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server as HttpsServer } from 'node:https';

import { CrmwatchError, errorMessage, html } from '../../std/std.ts';
import type { Logger, Random } from '../../std/std.ts';

import { readRequest, refuse } from '../api/messages.ts';
import type { Reply, Request } from '../api/messages.ts';
import type { Api } from '../api/api.ts';
import type { CertificateName, Certificates } from './certificates.ts';
import { closeServer, listen, trackConnections } from './listen.ts';
import { renameFields } from './disturbance.ts';
import type { Disturbance } from './disturbance.ts';
import type { WorkerPool } from './worker-pool.ts';

export type ListenerOptions = {
  readonly host: string;
  readonly certificates: Certificates | undefined;
  readonly api: Api;
  readonly disturbance: Disturbance;
  readonly workers: WorkerPool;
  readonly random: Pick<Random, 'next'>;
  readonly logger: Logger;
};

export type Listener = {
  /** Listens on the asked port, and on the same one when opened again. */
  open(): Promise<void>;
  close(): Promise<void>;
  useCertificate(which: CertificateName): void;
  /** Known once it was open. */
  port(): number;
};

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
  let port = 0;
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
    port: () => port,
  };
}

async function serve(
  options: ListenerOptions,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { disturbance, workers } = options;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (disturbance.loginPage) return writeLoginPage(response);
  const read = await readRequest(message);
  await workers.work(gone.signal);
  if (gone.signal.aborted) return;
  const reply =
    'refusal' in read
      ? read.refusal
      : (refusalOf(options, read.request) ?? (await options.api.handle(read.request)));
  if (!gone.signal.aborted) write(response, reply, disturbance);
}

/** Paths under which load balancers ask whether a server is up. */
const HEALTH_PATHS: readonly string[] = ['/health', '/'];

/** What a proxy or a bad release in front of the API answers in its place, if anything. */
function refusalOf({ disturbance, random }: ListenerOptions, request: Request): Reply | undefined {
  const { path } = request;
  if (disturbance.missingPaths.some((prefix) => path.startsWith(prefix))) {
    return refuse(404, 'not_found', `there is no ${path}`);
  }
  for (const { ratio, statuses, retryAfterSeconds, hitsHealth } of disturbance.refusals.values()) {
    if (random.next() >= ratio || (!hitsHealth && HEALTH_PATHS.includes(path))) continue;
    const status = statuses[Math.floor(random.next() * statuses.length)] ?? 500;
    const headers =
      retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
    return refuse(
      status,
      'refused',
      `answered with ${status} before anybody looked at it`,
      headers,
    );
  }
  return undefined;
}

function writeLoginPage(response: ServerResponse): void {
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(LOGIN_PAGE),
  });
  response.end(LOGIN_PAGE);
}

function write(response: ServerResponse, reply: Reply, wrong: Disturbance): void {
  const whole = Buffer.from(JSON.stringify(renameFields(reply.body, wrong.renamedFields)));
  const sent = whole.subarray(0, Math.floor(whole.length * wrong.bodyRatio));
  response.writeHead(reply.status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': sent.length,
    'Cache-Control': 'no-store',
    ...reply.headers,
  });
  response.end(sent);
}

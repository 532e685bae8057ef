import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { getCACertificates } from 'node:tls';

import axios from 'axios';
import type { AxiosResponse } from 'axios';

import { systemErrorCode } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import { createAllowList, defaultPort } from './allow-list.ts';
import type { AllowList } from './allow-list.ts';
import { inspectCertificate } from './inspect-certificate.ts';
import { RequestEnd, toFailure } from './failures.ts';
import { createGuardedLookup, resolveWithSystem } from './lookup.ts';
import type { Resolve } from './lookup.ts';
import type {
  HttpAnswer,
  InspectingHttpClient,
  HttpClientOptions,
  HttpOutcome,
  HttpRequest,
} from './outcome.ts';
import { createPhaseTimer } from './phases.ts';
import type { PhaseTimer } from './phases.ts';

export type HttpClientDependencies = {
  readonly clock: Clock;
  /** How names become addresses; the system's resolver when absent. */
  readonly resolve?: Resolve;
};

const DEFAULT_MAXIMUM_BYTES = 16 * 1024 * 1024;
const POOL = { keepAlive: true, maxSockets: 8, maxFreeSockets: 4, scheduling: 'lifo' } as const;

type Agents = { readonly http: HttpAgent; readonly https: HttpsAgent };

/**
 * The only way out of crmwatch. Throws AllowListError for an entry of `allow` that cannot be read. Proxy
 * settings of the environment are ignored: a probe measures the way to the CRM, not the way to a proxy.
 */
export function createHttpClient(
  options: HttpClientOptions,
  dependencies: HttpClientDependencies,
): InspectingHttpClient {
  const { clock, resolve = resolveWithSystem } = dependencies;
  const allowList = createAllowList(options.allow);
  const authorities = options.certificateAuthorities ?? [];
  const trust =
    authorities.length === 0 ? {} : { ca: [...getCACertificates('default'), ...authorities] };
  const pool = createAgents(true, trust);
  const context = { clock, resolve, allowList, userAgent: options.userAgent ?? 'crmwatch' };

  async function request(wanted: HttpRequest): Promise<HttpOutcome> {
    if (!URL.canParse(wanted.url)) {
      const failure = {
        reason: 'internal',
        detail: 'the URL of a request cannot be read',
      } as const;
      return { ok: false, failure, phases: {}, totalSeconds: 0 };
    }
    if (wanted.freshConnection !== true) return send(wanted, pool, context);
    const once = createAgents(false, trust);
    try {
      return await send(wanted, once, context);
    } finally {
      destroy(once);
    }
  }

  return {
    request,
    inspectCertificate: (url, timeoutMs) => inspectCertificate(url, timeoutMs, context),
    close: () => destroy(pool),
  };
}

function createAgents(keepAlive: boolean, trust: { readonly ca?: string[] }): Agents {
  const shared = keepAlive ? POOL : { keepAlive: false };
  return {
    http: new HttpAgent(shared),
    // A resumed session would skip the handshake that is to be timed and the certificate that is to be read.
    https: new HttpsAgent({ ...shared, ...trust, maxCachedSessions: 0 }),
  };
}

function destroy(agents: Agents): void {
  agents.http.destroy();
  agents.https.destroy();
}

type Context = {
  readonly clock: Clock;
  readonly resolve: Resolve;
  readonly allowList: AllowList;
  readonly userAgent: string;
};

type Exchange = {
  readonly request: HttpRequest;
  readonly agents: Agents;
  readonly context: Context;
  readonly timer: PhaseTimer;
  readonly place: string;
  readonly port: number;
  /** Aborted with a RequestEnd that says why. */
  readonly end: AbortController;
  sent?: ClientRequest;
  answering: boolean;
};

async function send(request: HttpRequest, agents: Agents, context: Context): Promise<HttpOutcome> {
  const { clock } = context;
  const url = new URL(request.url);
  const port = url.port === '' ? defaultPort(url.protocol) : Number(url.port);
  const exchange: Exchange = {
    request,
    agents,
    context,
    timer: createPhaseTimer(clock),
    place: `${url.hostname}:${port}`,
    port,
    end: new AbortController(),
    answering: false,
  };
  const { end, place } = exchange;
  const stopWaiting = (reason: string): void =>
    end.abort(new RequestEnd('timeout', `${place} ${reason}`));
  const deadline = clock.after(request.timeoutMs, () =>
    stopWaiting(`gave no complete answer within ${request.timeoutMs} ms`),
  );
  const onAbort = (): void => stopWaiting('was given up by the caller before it answered');
  request.signal?.addEventListener('abort', onAbort, { once: true });
  if (request.signal?.aborted === true) onAbort();
  try {
    return { ok: true, answer: await exchangeWithRetry(exchange, url) };
  } catch (error) {
    exchange.sent?.destroy();
    return failed(exchange, end.signal.aborted ? end.signal.reason : error);
  } finally {
    deadline.cancel();
    request.signal?.removeEventListener('abort', onAbort);
  }
}

function failed(exchange: Exchange, error: unknown): HttpOutcome {
  const { timer, place, answering, context } = exchange;
  const certificate = timer.certificate();
  const nowMs = context.clock.now();
  return {
    ok: false,
    failure: toFailure(error, { place, stage: timer.stage(), answering, nowMs, certificate }),
    phases: timer.phases(),
    totalSeconds: timer.totalSeconds(),
    ...(certificate === undefined ? {} : { certificate }),
  };
}

/**
 * A kept connection may have been closed by the server just when it was taken; such a request never reached
 * anybody and is sent again (RFC 9112, section 9.3.1).
 */
async function exchangeWithRetry(exchange: Exchange, url: URL): Promise<HttpAnswer> {
  try {
    return await exchangeOnce(exchange, url);
  } catch (error) {
    const code = systemErrorCode(error instanceof Error ? (error.cause ?? error) : error);
    const lost = code === 'ECONNRESET' || code === 'EPIPE';
    const retry = lost && exchange.sent?.reusedSocket === true && !exchange.answering;
    if (!retry || exchange.end.signal.aborted) throw error;
    return exchangeOnce(exchange, url);
  }
}

async function exchangeOnce(exchange: Exchange, url: URL): Promise<HttpAnswer> {
  const { request, context, timer, place, port, end, agents } = exchange;
  end.signal.throwIfAborted();
  if (context.allowList.checkHost(url.hostname, port) === 'refused') {
    throw new RequestEnd('refused_target', `${place} is not on the list of allowed targets`);
  }
  const response = await axios.request<Readable>({
    method: request.method,
    url: request.url,
    headers: {
      'user-agent': context.userAgent,
      accept: 'application/json',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    },
    ...(request.body === undefined ? {} : { data: request.body }),
    // The body goes out as it is; axios would parse and trim JSON.
    transformRequest: [(data: unknown) => data],
    responseType: 'stream',
    validateStatus: () => true,
    maxRedirects: 0,
    maxContentLength: -1,
    proxy: false,
    httpAgent: agents.http,
    httpsAgent: agents.https,
    signal: end.signal,
    transport: {
      request: (options: RequestOptions, done: OnResponse) => open(exchange, options, done),
    },
  });
  exchange.answering = true;
  const body = await readBody(exchange, response);
  timer.finish();
  const certificate = timer.certificate();
  return {
    status: response.status,
    headers: plainHeaders(response),
    body,
    phases: timer.phases(),
    totalSeconds: timer.totalSeconds(),
    ...(certificate === undefined ? {} : { certificate }),
  };
}

type OnResponse = (response: IncomingMessage) => void;

/** Opens the request in axios' place, so that its socket can be watched and its look-up guarded. */
function open(exchange: Exchange, options: RequestOptions, done: OnResponse): ClientRequest {
  const { context, port, timer } = exchange;
  const guarded: RequestOptions = {
    ...options,
    lookup: createGuardedLookup(context.allowList, port, context.resolve, timer),
  };
  const sent = (options.protocol === 'https:' ? httpsRequest : httpRequest)(guarded, done);
  sent.once('socket', (socket) => timer.watch(socket));
  exchange.sent = sent;
  return sent;
}

async function readBody(exchange: Exchange, response: AxiosResponse<Readable>): Promise<string> {
  const limit = exchange.request.maximumBytes ?? DEFAULT_MAXIMUM_BYTES;
  const stream = response.data;
  // A body that is never read to its end is cut off by destroying the stream, deadline included.
  const cut = (): void => void stream.destroy();
  exchange.end.signal.addEventListener('abort', cut, { once: true });
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) {
        throw new RequestEnd(
          'too_large',
          `${exchange.place} answered with more than ${limit} bytes`,
        );
      }
      chunks.push(chunk);
    }
    exchange.end.signal.throwIfAborted();
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    exchange.end.signal.removeEventListener('abort', cut);
    stream.destroy();
  }
}

function plainHeaders(response: AxiosResponse): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value === undefined || value === null) continue;
    headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return headers;
}

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
import { ACCEPTED_ENCODINGS, readBody } from './body.ts';
import { inspectCertificate } from './inspect-certificate.ts';
import { RequestEnd, toFailure } from './failures.ts';
import { DEFAULT_HTTP_LIMITS } from './limits.ts';
import type { HttpLimits } from './limits.ts';
import { createGuardedLookup, resolveWithSystem } from './lookup.ts';
import type { Resolve } from './lookup.ts';
import type {
  Failure,
  HttpAnswer,
  InspectingHttpClient,
  HttpClientOptions,
  HttpOutcome,
  HttpRequest,
  RequestObserver,
} from './outcome.ts';
import { createPhaseTimer } from './phases.ts';
import type { PhaseTimer } from './phases.ts';
import { nextStep } from './redirects.ts';
import type { Step } from './redirects.ts';

export type HttpClientDependencies = {
  readonly clock: Clock;
  /** How names become addresses; the system's resolver when absent. */
  readonly resolve?: Resolve;
  readonly observer?: RequestObserver;
};

const POOL = { keepAlive: true, maxSockets: 8, maxFreeSockets: 4, scheduling: 'lifo' } as const;

/** Said aloud, because NODE_TLS_REJECT_UNAUTHORIZED in the environment would turn it off where it is not. */
const VERIFIED = { rejectUnauthorized: true } as const;

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
  const context = {
    clock,
    resolve,
    allowList,
    userAgent: options.userAgent ?? 'crmwatch',
    limits: { ...DEFAULT_HTTP_LIMITS, ...options.limits },
    observer: dependencies.observer,
  };

  async function request(wanted: HttpRequest): Promise<HttpOutcome> {
    const failure = judgeUrl(wanted.url, options.origin);
    if (failure !== undefined) return { ok: false, failure, phases: {}, totalSeconds: 0 };
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
    async inspectCertificate(url, timeoutMs) {
      const failure = judgeUrl(url, options.origin);
      return failure === undefined
        ? inspectCertificate(url, timeoutMs, context)
        : { ok: false, failure };
    },
    close: () => destroy(pool),
  };
}

/**
 * What can be said of a URL without asking anybody. The detail names no part of it: a URL that is refused may be
 * one that somebody else has put together.
 */
function judgeUrl(text: string, origin: string | undefined): Failure | undefined {
  const refuse = (detail: string): Failure => ({ reason: 'refused_target', detail });
  if (!URL.canParse(text)) {
    return { reason: 'internal', detail: 'the URL of a request cannot be read' };
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return refuse('the URL of a request is neither http nor https');
  }
  if (url.username !== '' || url.password !== '') {
    return refuse('the URL of a request holds a user name or a password');
  }
  if (origin !== undefined && url.origin !== new URL(origin).origin) {
    return refuse('the URL of a request leads away from the target that its credentials are for');
  }
  return undefined;
}

function createAgents(keepAlive: boolean, trust: { readonly ca?: string[] }): Agents {
  const shared = keepAlive ? POOL : { keepAlive: false };
  return {
    http: new HttpAgent(shared),
    // A resumed session would skip the handshake that is to be timed and the certificate that is to be read.
    https: new HttpsAgent({ ...shared, ...trust, ...VERIFIED, maxCachedSessions: 0 }),
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
  readonly limits: HttpLimits;
  readonly observer: RequestObserver | undefined;
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
  /** What Node's parser found wrong in a body; the body itself only breaks off then. */
  parserError?: Error;
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
    return { ok: true, answer: await exchangeAndFollow(exchange, { ...request, url }) };
  } catch (error) {
    exchange.sent?.destroy();
    return failed(
      exchange,
      end.signal.aborted ? end.signal.reason : (exchange.parserError ?? error),
    );
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

/** Follows redirects as far as the limits say; with none allowed, a redirect is an answer like any other. */
async function exchangeAndFollow(exchange: Exchange, first: Step): Promise<HttpAnswer> {
  const { place } = exchange;
  const { redirects } = exchange.context.limits;
  let step = first;
  for (let followed = 0; ; followed++) {
    exchange.answering = false;
    const answer = await exchangeWithRetry(exchange, step);
    const next = redirects === 0 ? undefined : nextStep(step, answer, place);
    if (next === undefined) return answer;
    if (followed === redirects) {
      throw new RequestEnd('bad_payload', `${place} redirects more than ${redirects} times`);
    }
    step = next;
  }
}

/**
 * A kept connection may have been closed by the server just when it was taken; such a request never reached
 * anybody and is sent again (RFC 9112, section 9.3.1).
 */
async function exchangeWithRetry(exchange: Exchange, step: Step): Promise<HttpAnswer> {
  try {
    return await exchangeOnce(exchange, step);
  } catch (error) {
    const code = systemErrorCode(error instanceof Error ? (error.cause ?? error) : error);
    const lost = code === 'ECONNRESET' || code === 'EPIPE';
    const retry = lost && exchange.sent?.reusedSocket === true && !exchange.answering;
    if (!retry || exchange.end.signal.aborted) throw error;
    return exchangeOnce(exchange, step);
  }
}

async function exchangeOnce(exchange: Exchange, step: Step): Promise<HttpAnswer> {
  const { context, place, port, end } = exchange;
  end.signal.throwIfAborted();
  if (context.allowList.checkHost(step.url.hostname, port) === 'refused') {
    throw new RequestEnd('refused_target', `${place} is not on the list of allowed targets`);
  }
  const refusal = context.observer?.admit();
  if (refusal !== undefined) throw new RequestEnd('quota_exhausted', refusal);
  try {
    context.observer?.sending?.({ method: step.method, url: step.url });
    return await exchangeAdmitted(exchange, step);
  } finally {
    context.observer?.ended();
  }
}

async function exchangeAdmitted(exchange: Exchange, step: Step): Promise<HttpAnswer> {
  const { request, context, timer, place, end, agents } = exchange;
  const response = await axios.request<Readable>({
    method: step.method,
    url: step.url.href,
    headers: {
      'user-agent': context.userAgent,
      accept: 'application/json',
      'accept-encoding': ACCEPTED_ENCODINGS,
      ...(step.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...step.headers,
    },
    ...(step.body === undefined ? {} : { data: step.body }),
    // The body goes out as it is; axios would parse and trim JSON.
    transformRequest: [(data: unknown) => data],
    responseType: 'stream',
    validateStatus: () => true,
    maxRedirects: 0,
    maxContentLength: -1,
    // Unpacked by readBody, which can stop at any byte.
    decompress: false,
    proxy: false,
    httpAgent: agents.http,
    httpsAgent: agents.https,
    signal: end.signal,
    transport: {
      request: (options: RequestOptions, done: OnResponse) => open(exchange, options, done),
    },
  });
  exchange.answering = true;
  const headers = plainHeaders(response);
  context.observer?.answered(response.status, headers);
  const body = await readBody(response.data, {
    place,
    encoding: headers['content-encoding'],
    limitBytes: request.maximumBytes ?? context.limits.bodyBytes,
    signal: end.signal,
  });
  timer.finish();
  const certificate = timer.certificate();
  return {
    status: response.status,
    headers,
    body: body.text,
    ...(body.hasInvalidUtf8 ? { hasInvalidUtf8: true } : {}),
    phases: timer.phases(),
    totalSeconds: timer.totalSeconds(),
    ...(certificate === undefined ? {} : { certificate }),
  };
}

type OnResponse = (response: IncomingMessage) => void;

/** Opens the request in axios' place, so that its socket can be watched, its look-up guarded and its head bounded. */
function open(exchange: Exchange, options: RequestOptions, done: OnResponse): ClientRequest {
  const { context, port, timer, place, end } = exchange;
  const { headerBytes, headerLines, interimAnswers } = context.limits;
  const guarded: RequestOptions = {
    ...options,
    lookup: createGuardedLookup(context.allowList, port, context.resolve, timer),
    maxHeaderSize: headerBytes,
  };
  const sent = (options.protocol === 'https:' ? httpsRequest : httpRequest)(guarded, (response) => {
    if (response.rawHeaders.length / 2 > headerLines) {
      end.abort(
        new RequestEnd('too_large', `${place} answered with more than ${headerLines} header lines`),
      );
    }
    done(response);
  });
  // Node leaves out the lines beyond this number without a word, so one more is let in.
  sent.maxHeadersCount = headerLines + 1;
  let interim = 0;
  sent.on('information', () => {
    if (++interim <= interimAnswers) return;
    const detail = `sent more than ${interimAnswers} interim answers`;
    end.abort(new RequestEnd('bad_payload', `${place} ${detail}`));
  });
  // Without a listener, Node hangs up and tells nobody.
  sent.once('upgrade', (_response, socket) => {
    socket.destroy();
    end.abort(new RequestEnd('bad_payload', `${place} switched to another protocol`));
  });
  sent.on('error', (error) => {
    if (systemErrorCode(error)?.startsWith('HPE_') === true) exchange.parserError = error;
  });
  sent.once('socket', (socket) => timer.watch(socket));
  exchange.sent = sent;
  return sent;
}

function plainHeaders(response: AxiosResponse): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value === undefined || value === null) continue;
    headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return headers;
}

import express from 'express';
import { exporterLandingPage } from '../console/console.ts';
import type { Clock, Logger } from '../std/std.ts';
import type { Assets } from './assets.ts';
import { serveAssets } from './assets.ts';
import { answerFailure } from './failures.ts';
import { checkHost } from './host-check.ts';
import {
  hangUpSignal,
  queryOf,
  route,
  scrapeOf,
  sendPage,
  sendRendered,
  sendText,
} from './routes.ts';
import type { Handler } from './routes.ts';
import { securityHeaders } from './security-headers.ts';
import type { ExporterService } from './services.ts';
import type { WebApp } from './server.ts';

export type ExporterAppOptions = {
  readonly service: ExporterService;
  readonly assets: Assets;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly listenHost: string;
  /** Names besides loopback under which it may be asked for. */
  readonly hosts?: readonly string[];
};

export const DEFAULT_PROBE_TIMEOUT_MS = 10_000;
const SCRAPE_MARGIN_MS = 500;
const MINIMUM_PROBE_TIMEOUT_MS = 100;
const KNOWN_PATHS = ['/', '/metrics', '/probe?target=…&kind=…', '/-/healthy', '/-/ready'];

/**
 * How long a probe may take: Prometheus' own deadline, less what is needed to answer. Prometheus sends it as
 * `X-Prometheus-Scrape-Timeout-Seconds`.
 */
export function probeTimeoutMs(header: string | undefined): number {
  const seconds = Number(header ?? Number.NaN);
  if (!Number.isFinite(seconds) || seconds <= 0) return DEFAULT_PROBE_TIMEOUT_MS;
  const timeoutMs = Math.min(seconds * 1000, 3_600_000) - SCRAPE_MARGIN_MS;
  return Math.max(MINIMUM_PROBE_TIMEOUT_MS, Math.round(timeoutMs));
}

function probeHandler(service: ExporterService): Handler {
  return async (request, response) => {
    const query = queryOf(request);
    const answer = await service.probe(query.get('target') ?? '', query.get('kind') ?? '', {
      scrape: scrapeOf(request),
      timeoutMs: probeTimeoutMs(request.get('x-prometheus-scrape-timeout-seconds')),
      debug: query.get('debug') === 'true',
      signal: hangUpSignal(response),
    });
    if (answer.kind === 'ok') {
      sendRendered(response, answer);
      return;
    }
    const word = answer.kind === 'unknown_target' ? 'target' : 'kind';
    const asked = query.get(word);
    const found = asked === undefined ? `"${word}" is missing` : `unknown ${word} "${asked}"`;
    const known = answer.known.length === 0 ? 'none is configured' : answer.known.join(', ');
    sendText(response, 400, `${found}; known: ${known}`);
  };
}

/** The exporter over HTTP. Its pages hold no secrets and change nothing, so it needs no token. */
export function createExporterApp(options: ExporterAppOptions): WebApp {
  const { service, clock, logger } = options;
  const app = express();
  app.disable('x-powered-by');
  app.use(securityHeaders());
  app.use(
    checkHost(
      options.listenHost,
      options.hosts ?? [],
      'Ask it by 127.0.0.1, or let it listen on the address it is asked by.',
    ),
  );

  route(app, '/metrics', {
    GET: async (request, response) =>
      sendRendered(response, await service.renderMetrics(scrapeOf(request))),
  });
  route(app, '/probe', { GET: probeHandler(service) });
  route(app, '/', {
    GET: async (_request, response) => {
      const [readiness, targets] = await Promise.all([service.isReady(), service.targets()]);
      const notReady = readiness.ready ? null : readiness.why;
      const { version } = service;
      sendPage(
        response,
        200,
        exporterLandingPage({ version, nowMs: clock.now(), notReady, targets }),
      );
    },
  });
  mountHealth(app, service);
  serveAssets(app, options.assets);
  app.use((_request, response) => {
    sendText(response, 404, `Nothing is here. Known paths: ${KNOWN_PATHS.join(' ')}`);
  });
  app.use(answerFailure(logger, () => null));
  return { name: 'exporter', handler: app, closeStreams: () => {}, loopbackOnly: null };
}

/** `healthy` says that the process answers, `ready` that it does its work. */
export function mountHealth(app: express.Express, service: Pick<ExporterService, 'isReady'>): void {
  route(app, '/-/healthy', { GET: (_request, response) => sendText(response, 200, 'healthy') });
  route(app, '/-/ready', {
    GET: async (_request, response) => {
      const readiness = await service.isReady();
      if (readiness.ready) sendText(response, 200, 'ready');
      else sendText(response, 503, `not ready: ${readiness.why}`);
    },
  });
}

import express from 'express';
import { exporterLandingPage } from '../console/console.ts';
import type { Clock, Logger } from '../std/std.ts';
import type { Assets } from './assets.ts';
import { serveAssets } from './assets.ts';
import { answerFailure } from './failures.ts';
import { checkHost } from './host-check.ts';
import { mountOperation } from './exporter-operation.ts';
import { limitInFlight } from './in-flight.ts';
import { probeHandler } from './probe-handler.ts';
import { route, scrapeOf, sendPage, sendRendered, sendText } from './routes.ts';
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
  /** How it is reached; default http. */
  readonly scheme?: 'http' | 'https';
  /** Where the metrics are; default /metrics. */
  readonly telemetryPath?: string;
};

const PAGES = [
  '/probe?target=…&module=…',
  '/sd',
  '/history',
  '/config',
  '/-/healthy',
  '/-/ready',
  '/-/reload',
];

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

  const { telemetryPath = '/metrics' } = options;
  const limit = limitInFlight(service);
  route(app, telemetryPath, {
    GET: limit(async (request, response) =>
      sendRendered(response, await service.renderMetrics(scrapeOf(request))),
    ),
  });
  route(app, '/probe', { GET: limit(probeHandler(service)) });
  const { listenHost, scheme = 'http' } = options;
  mountOperation(app, service, clock, { listenHost, scheme });
  // The path of the metrics may be /, as for every exporter; there is no landing page then.
  if (telemetryPath !== '/') {
    route(app, '/', {
      GET: async (_request, response) => {
        const [readiness, targets] = await Promise.all([service.isReady(), service.targets()]);
        const view = {
          version: service.version,
          nowMs: clock.now(),
          notReady: readiness.ready ? null : readiness.why,
          targets,
          telemetryPath,
          lastReload: service.lastReload(),
        };
        sendPage(response, 200, exporterLandingPage(view));
      },
    });
  }
  mountHealth(app, service);
  serveAssets(app, options.assets);
  app.use((_request, response) => {
    sendText(
      response,
      404,
      `Nothing is here. Known paths: ${['/', telemetryPath, ...PAGES].join(' ')}`,
    );
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

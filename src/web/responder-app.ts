import express from 'express';
import type { Accounts } from '../responder/accounts/accounts.ts';
import type { Clock, Logger, Random } from '../std/std.ts';
import { createAccess } from './access/access.ts';
import type { OperatorToken } from './access/named-tokens.ts';
import type { OidcOptions } from './access/oidc/oidc-options.ts';
import { mountProviderSignIn } from './access/oidc/oidc-routes.ts';
import type { ProxyHeaderOptions } from './access/proxy-header.ts';
import { createGuard } from './access/guard.ts';
import { mountApi } from './api/mount-api.ts';
import { serveAssets } from './assets.ts';
import type { Assets } from './assets.ts';
import { pageContextOf } from './console-context.ts';
import { mountConsole } from './console-routes.ts';
import { createEventStreams } from './event-stream.ts';
import { mountHealth } from './exporter-app.ts';
import { answerFailure, sendRefusal } from './failures.ts';
import { checkHost } from './host-check.ts';
import type { IntakeLimits } from './intake-body.ts';
import { mountIntake } from './intake.ts';
import { guardRoutes, route, scrapeOf, sendRendered } from './routes.ts';
import { securityHeaders } from './security-headers.ts';
import type { WebApp } from './server.ts';
import { createSenderAccess } from './sender-access.ts';
import type { Sender } from './sender-access.ts';
import type { ResponderService } from './services.ts';

export type ResponderAppOptions = {
  readonly service: ResponderService;
  /** Sessions and API tokens. */
  readonly accounts: Accounts;
  readonly assets: Assets;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly listenHost: string;
  /** `name` or `name:port` besides loopback under which browsers and senders ask for it. */
  readonly hosts?: readonly string[];
  /** Who may deliver alerts. */
  readonly senders?: readonly Sender[];
  readonly intakeLimits?: Partial<IntakeLimits>;
  /** Who may use the API and the console. */
  readonly operators?: readonly OperatorToken[];
  /** The identity provider that people sign in at. */
  readonly oidc?: OidcOptions | null;
  /** The proxy that signs people in. */
  readonly proxyHeader?: ProxyHeaderOptions | null;
  /** Whether browsers reach it over HTTPS through a proxy. */
  readonly secureCookies?: boolean;
  /** Fails an answer of the API that breaks its schema instead of sending it: for tests. Default false. */
  readonly areAnswersChecked?: boolean;
};

function loopbackOnly(options: ResponderAppOptions): WebApp['loopbackOnly'] {
  const missing = [
    ...((options.operators ?? []).length === 0 &&
    (options.oidc ?? options.proxyHeader ?? null) === null
      ? ['console_token']
      : []),
    ...((options.senders ?? []).length === 0 ? ['senders'] : []),
  ];
  if (missing.length === 0) return null;
  return {
    why: `${missing.join(' and ')} not configured, so anybody on the network could change incidents`,
    remedy: `configure ${missing.join(' and ')} under responder, or listen on 127.0.0.1`,
  };
}

/** The responder over HTTP: alert intake, JSON API, console and its own metrics. */
export function createResponderApp(options: ResponderAppOptions): WebApp {
  const { service, clock, random, logger } = options;
  const { senders = [], operators = [], secureCookies = false, hosts = [] } = options;
  const { areAnswersChecked = false, accounts, oidc = null, proxyHeader = null } = options;
  const access = createAccess(
    { operators, secureCookies, oidc, proxyHeader, accounts },
    {
      clock,
      random,
      logger,
      onWrongCredential: (way, isLimited) => service.countWrongCredential?.(way, isLimited),
    },
  );
  const streams = createEventStreams(service, clock, access.watch);
  const contextOf = pageContextOf({ access, clock, service });

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(securityHeaders());
  app.use(
    checkHost(options.listenHost, hosts, 'Ask it by 127.0.0.1, or add the name to allowed_hosts.'),
  );
  mountIntake(app, {
    service,
    senders: createSenderAccess(senders, logger),
    clock,
    logger,
    hosts,
    addressOf: access.addressOf,
    limits: options.intakeLimits ?? {},
  });
  mountHealth(app, service);
  route(app, '/metrics', {
    GET: async (request, response) =>
      sendRendered(response, await service.renderMetrics(scrapeOf(request))),
  });
  serveAssets(app, options.assets);
  app.use(access.resolve);
  mountApi(app, { service, streams, access, hosts, areAnswersChecked });
  guardRoutes(app, createGuard({ access, hosts, contextOf }));
  mountProviderSignIn(app, access);
  mountConsole(app, { service, access, streams, clock, logger, hosts });
  app.use((request, response) => {
    const refusal = {
      status: 404,
      title: 'Nothing is here',
      message: `There is no page at ${request.path.slice(0, 200)}.`,
      remedy:
        'Known: / /incidents/… /events /metrics /-/healthy /-/ready /maintenance /quarantine /api/v1/openapi.json /api/v1/alerts/…',
    };
    sendRefusal(request, response, refusal, contextOf(request));
  });
  app.use(answerFailure(logger, contextOf));
  return {
    name: 'responder',
    handler: app,
    closeStreams: () => streams.closeAll(),
    loopbackOnly: loopbackOnly(options),
  };
}

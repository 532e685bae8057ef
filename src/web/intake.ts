import express from 'express';
import type { ErrorRequestHandler, Express, Request, Response } from 'express';
import { errorMessage } from '../std/std.ts';
import type { Clock, Logger } from '../std/std.ts';
import type { Access } from './access/access.ts';
import { isCrossSite } from './host-check.ts';
import { route, sendText } from './routes.ts';
import type { Handler } from './routes.ts';
import type { ResponderService } from './services.ts';

export const INTAKE_PATH = '/api/v1/alerts/alertmanager';
export const INTAKE_LIMIT_BYTES: number = 64 * 1024 * 1024;
/** Bodies held in memory at once; above it the sender is asked to come again. */
const MAXIMUM_CONCURRENT = 16;

export type IntakeOptions = {
  readonly service: ResponderService;
  readonly access: Access;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hosts: readonly string[];
};

/**
 * Alertmanager's webhook. Up to 0.34 Alertmanager gives up on any 4xx, and on 429 too, but retries 5xx: so a
 * delivery that we could take later is always answered with 503, and 200 is said only after the commit.
 */
export function mountIntake(app: Express, options: IntakeOptions): void {
  const { service, access, clock, logger } = options;
  let inHand = 0;

  const admit: Handler = (request, response, next) => {
    const sender = access.sender(request);
    if (sender === null || isCrossSite(request.headers, options.hosts)) {
      service.countRefusal?.('unauthorised');
      logger.warn('Alert delivery refused: no valid token', { address: request.ip });
      response.set('WWW-Authenticate', 'Bearer realm="crmwatch alerts"');
      sendText(response, 401, 'Send "Authorization: Bearer …" with one of the configured tokens.');
      return;
    }
    if (Number(request.get('content-length') ?? 0) > INTAKE_LIMIT_BYTES) {
      refuseTooLarge(request, response.set('Connection', 'close'), options);
      return;
    }
    if (inHand >= MAXIMUM_CONCURRENT) {
      service.countRefusal?.('overloaded');
      logger.warn('Alert delivery put off: too many at once', { inHand });
      sendText(response.set('Retry-After', '5'), 503, 'Too many deliveries at once; try again.');
      return;
    }
    inHand++;
    response.once('close', () => inHand--);
    response.locals['sender'] = sender;
    next();
  };

  const accept: Handler = async (request, response) => {
    const sender = String(response.locals['sender']);
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const outcome = await service.accept(body, sender, clock.now());
    if (outcome.status === 'accepted') {
      response.status(200).json({ status: 'accepted', events: outcome.events });
      return;
    }
    logger.error('Undecodable alert delivery kept in quarantine', {
      sender,
      bytes: body.length,
      problems: outcome.problems.slice(0, 5),
    });
    response.status(400).json({ status: 'undecodable', problems: outcome.problems });
  };

  route(app, INTAKE_PATH, {
    POST: [admit, express.raw({ limit: INTAKE_LIMIT_BYTES, type: () => true }), accept],
  });
  app.use(INTAKE_PATH, answerIntakeFailure(service, logger));
}

/** The one refusal that loses alerts, so it is loud: the sender does not come again with a smaller body. */
function refuseTooLarge(
  request: Request,
  response: Response,
  { service, logger }: Pick<IntakeOptions, 'service' | 'logger'>,
): void {
  service.countRefusal?.('too_large');
  logger.error('Alert delivery lost: larger than the limit, and the sender will not retry', {
    bytes: request.get('content-length') ?? 'unknown',
    limitBytes: INTAKE_LIMIT_BYTES,
    remedy: 'set group_by in Alertmanager so that groups become smaller',
  });
  sendText(response, 413, `Larger than ${INTAKE_LIMIT_BYTES} bytes; group the alerts finer.`);
}

function answerIntakeFailure(service: ResponderService, logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const type = (error as { type?: unknown }).type;
    const status = (error as { status?: unknown }).status;
    const bytes = request.get('content-length') ?? 'unknown';
    if (type === 'entity.too.large') {
      refuseTooLarge(request, response, { service, logger });
      return;
    }
    if (typeof type === 'string' && typeof status === 'number' && status < 500) {
      service.countRefusal?.('unreadable');
      logger.warn('Alert delivery could not be read', { bytes, problem: errorMessage(error) });
      sendText(response, status, `The body could not be read: ${errorMessage(error)}`);
      return;
    }
    logger.error('Alert delivery not committed; the sender will retry', {
      bytes,
      problem: errorMessage(error),
    });
    sendText(response.set('Retry-After', '5'), 503, 'Not committed; try again.');
  };
}

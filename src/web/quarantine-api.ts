import express from 'express';
import type { Express, Request, Response } from 'express';
import type { Identity } from './access/identity.ts';
import { sendRefusal } from './failures.ts';
import type { Refusal } from './failures.ts';
import { UNKNOWN_DELIVERY, decodeQuarantineQuery, decodeReason } from './quarantine-requests.ts';
import { deliveryId, refusalOf } from './quarantine-requests.ts';
import { queryOf, route } from './routes.ts';
import type { ResponderService } from './services.ts';

const QUARANTINE = '/api/v1/quarantine';
const readJson = express.json({ limit: '64kb', type: 'application/json' });

/** Sends a raw body as a file that no browser shows or runs. */
export function sendRawBody(response: Response, id: number, body: Uint8Array): void {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Content-Disposition', `attachment; filename="delivery-${id}.txt"`);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cache-Control', 'no-store');
  response.end(body);
}

/** Deliveries in quarantine for programs: to list, look at, replay and discard. */
export function mountQuarantineApi(
  app: Express,
  { quarantine }: Pick<ResponderService, 'quarantine'>,
): void {
  const refuse = (request: Request, response: Response, refusal: Refusal): void =>
    sendRefusal(request, response, refusal, null);
  const actorOf = (response: Response): string => (response.locals['identity'] as Identity).actor;

  route(app, QUARANTINE, {
    GET: async (request, response) => {
      const query = decodeQuarantineQuery(queryOf(request));
      if (query.ok) response.json(await quarantine.list(query.value));
      else refuse(request, response, query.refusal);
    },
  });
  route(app, `${QUARANTINE}/replay`, {
    POST: [
      async (request, response) => {
        const after = deliveryId(queryOf(request).get('after'));
        response.json(await quarantine.replayAll(actorOf(response), after));
      },
    ],
  });
  route(app, `${QUARANTINE}/:id`, {
    GET: async (request, response) => {
      const entry = await quarantine.get(deliveryId(request.params['id']));
      if (entry === null) refuse(request, response, UNKNOWN_DELIVERY);
      else response.json(entry);
    },
  });
  route(app, `${QUARANTINE}/:id/body`, {
    GET: async (request, response) => {
      const id = deliveryId(request.params['id']);
      const body = await quarantine.body(id);
      if (body === null) refuse(request, response, UNKNOWN_DELIVERY);
      else sendRawBody(response, id, body);
    },
  });
  route(app, `${QUARANTINE}/:id/replay`, {
    POST: [
      async (request, response) => {
        const id = deliveryId(request.params['id']);
        const outcome = await quarantine.replay(id, actorOf(response));
        const refusal = refusalOf(outcome);
        if (refusal === null) response.json(outcome);
        else refuse(request, response, refusal);
      },
    ],
  });
  route(app, `${QUARANTINE}/:id/discard`, {
    POST: [
      readJson,
      async (request, response) => {
        const reason = decodeReason(request.body);
        if (typeof reason !== 'string') return refuse(request, response, reason);
        const id = deliveryId(request.params['id']);
        const refusal = refusalOf(await quarantine.discard(id, actorOf(response), reason));
        if (refusal === null) response.json({ status: 'done' });
        else refuse(request, response, refusal);
      },
    ],
  });
}

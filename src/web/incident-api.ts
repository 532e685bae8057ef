import express from 'express';
import type { Express } from 'express';
import type { Access, Identity } from './access.ts';
import { sendRefusal } from './failures.ts';
import { isCrossSite } from './host-check.ts';
import { INCIDENT_ACTIONS, UNKNOWN_INCIDENT, actOnIncident } from './incident-actions.ts';
import { decodeIncidentQuery } from './incident-requests.ts';
import { queryOf, route } from './routes.ts';
import type { Handler } from './routes.ts';
import type { ResponderService } from './services.ts';

const INCIDENTS = '/api/v1/incidents';
const BODY_LIMIT = '64kb';

export type IncidentApiOptions = {
  readonly service: ResponderService;
  readonly access: Access;
  readonly hosts: readonly string[];
};

function identityOf(locals: Record<string, unknown>): Identity {
  return locals['identity'] as Identity;
}

/** Bearer token or session. Changes are refused when a page of another site makes the request. */
export function admission(options: IncidentApiOptions): Handler {
  return (request, response, next) => {
    const identity = options.access.identify(request);
    if (identity === null) {
      response.set('WWW-Authenticate', 'Bearer realm="crmwatch"').status(401).json({
        error: 'no valid token',
        remedy: 'send "Authorization: Bearer …" with one of the configured tokens',
      });
      return;
    }
    if (request.method === 'POST' && isCrossSite(request.headers, options.hosts)) {
      const remedy = 'send it from a program, or use the console';
      response.status(403).json({ error: 'a page of another site made this request', remedy });
      return;
    }
    response.locals['identity'] = identity;
    next();
  };
}

/** The JSON form of what the console shows and does; times are milliseconds since the epoch. */
export function mountIncidentApi(app: Express, options: IncidentApiOptions): void {
  const { service } = options;
  app.use(INCIDENTS, admission(options));

  route(app, INCIDENTS, {
    GET: async (request, response) => {
      const query = decodeIncidentQuery(queryOf(request));
      if (query.ok) response.json(await service.listIncidents(query.value));
      else response.status(400).json({ error: 'unusable query', problems: query.problems });
    },
  });
  route(app, `${INCIDENTS}/:id`, {
    GET: async (request, response) => {
      const incident = await service.getIncident(String(request.params['id']));
      if (incident === null) sendRefusal(request, response, UNKNOWN_INCIDENT, null);
      else response.json(incident);
    },
  });
  for (const action of INCIDENT_ACTIONS) {
    route(app, `${INCIDENTS}/:id/${action}`, {
      POST: [
        express.json({ limit: BODY_LIMIT, type: 'application/json' }),
        async (request, response) => {
          if (request.get('content-length') !== '0' && request.is('application/json') === false) {
            const remedy = 'send JSON with "Content-Type: application/json"';
            response.status(415).json({ error: 'the body is not JSON', remedy });
            return;
          }
          const refusal = await actOnIncident(service, action, {
            id: String(request.params['id']),
            actor: identityOf(response.locals).actor,
            body: request.body,
          });
          if (refusal === null) response.json({ status: 'done' });
          else sendRefusal(request, response, refusal, null);
        },
      ],
    });
  }
}

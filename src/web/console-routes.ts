import type { Express } from 'express';
import {
  incidentDetailPage,
  incidentListPage,
  isMergeable,
  reviewPage,
} from '../console/console.ts';
import type { PageContext } from '../console/console.ts';
import { pageContextOf } from './console-context.ts';
import type { ConsoleOptions } from './console-context.ts';
import { mountForms } from './console-forms.ts';
import { sendRefusal } from './failures.ts';
import { UNKNOWN_INCIDENT } from './incident-actions.ts';
import { decodeIncidentQuery, problemsText, remediesText } from './incident-requests.ts';
import { mountMaintenancePages } from './maintenance-pages.ts';
import { mountQuarantinePages } from './quarantine-pages.ts';
import { queryOf, route, sendPage } from './routes.ts';
import type { Handler } from './routes.ts';
import type { ResponderService } from './services.ts';

/** More would not be looked through; the API takes any. */
const MERGE_CHOICES = 50;

type Page = (context: PageContext, ...rest: Parameters<Handler>) => ReturnType<Handler>;

/** The pages for people. Whoever is not signed in is sent to the login form and back afterwards. */
export function mountConsole(app: Express, options: ConsoleOptions): void {
  const { service } = options;
  const contextOf = pageContextOf(options);

  function signedIn(show: Page): Handler {
    return async (request, response, next) => {
      const context = contextOf(request);
      // The guard in front of the route lets nobody through without an identity.
      if (context !== null) await show(context, request, response, next);
    };
  }

  route(app, '/', { GET: signedIn(showList(service)) });
  route(app, '/incidents/:id', {
    GET: signedIn(async (context, request, response) => {
      const view = await service.getIncident(String(request.params['id']));
      if (view === null) {
        sendRefusal(request, response, UNKNOWN_INCIDENT, context);
        return;
      }
      // Only for whoever may merge, since it reads many incidents.
      const others = isMergeable(view, context)
        ? (await service.listIncidents({ state: 'open', limit: MERGE_CHOICES })).incidents
        : [];
      sendPage(response, 200, incidentDetailPage(view, context, others));
    }),
  });
  mountReview(app, service, signedIn);
  route(app, '/events', {
    GET: (request, response) => {
      options.streams.handle(request, response);
    },
  });
  mountForms(app, options, contextOf);
  mountMaintenancePages(app, options, signedIn, contextOf);
  mountQuarantinePages(app, options, signedIn, contextOf);
}

function showList(service: ResponderService): Page {
  return async (context, request, response) => {
    const query = decodeIncidentQuery(queryOf(request));
    if (!query.ok) {
      const message = problemsText(query.problems);
      const remedy = remediesText(query.problems);
      sendRefusal(
        request,
        response,
        { status: 400, title: 'Not understood', message, remedy },
        context,
      );
      return;
    }
    const [found, statistics] = await Promise.all([
      service.listIncidents(query.value),
      service.statistics(),
    ]);
    const { limit: _limit, before: _before, ...filter } = query.value;
    sendPage(response, 200, incidentListPage({ ...found, filter, statistics }, context));
  };
}

function mountReview(
  app: Express,
  service: ResponderService,
  signedIn: (show: Page) => Handler,
): void {
  route(app, '/incidents/:id/review.md', {
    GET: signedIn(async (context, request, response) => {
      const id = String(request.params['id']);
      const markdown = await service.review(id);
      if (markdown === null) {
        sendRefusal(request, response, UNKNOWN_INCIDENT, context);
        return;
      }
      const fileName = `${id.replace(/[^A-Za-z0-9_-]/g, '_')}.md`;
      response.setHeader('Content-Type', 'text/markdown; charset=utf-8');
      response.setHeader('Content-Disposition', `inline; filename="${fileName}"`);
      response.setHeader('Cache-Control', 'no-store');
      response.end(markdown);
    }),
  });
  route(app, '/incidents/:id/review', {
    GET: signedIn(async (context, request, response) => {
      const id = String(request.params['id']);
      const [view, markdown] = await Promise.all([service.getIncident(id), service.review(id)]);
      if (view === null || markdown === null) {
        sendRefusal(request, response, UNKNOWN_INCIDENT, context);
      } else sendPage(response, 200, reviewPage(view, markdown, context));
    }),
  });
}

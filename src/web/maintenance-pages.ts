import type { Express, Request, Response } from 'express';
import { maintenanceListPage, maintenanceWindowPage } from '../console/console.ts';
import type { PageContext } from '../console/console.ts';
import type { Identity } from './access/identity.ts';
import type { ConsoleOptions } from './console-context.ts';
import { ownForm, readForm, seeOther } from './console-forms.ts';
import { sendRefusal } from './failures.ts';
import type { Refusal } from './failures.ts';
import {
  UNKNOWN_WINDOW,
  decodeMaintenanceQuery,
  decodeNewEnd,
  decodeNewWindow,
  decodeNote,
  refusalOfWindow,
} from './maintenance-requests.ts';
import { queryOf, route, sendPage } from './routes.ts';
import type { Handler } from './routes.ts';
import type { WindowOutcome } from './services.ts';

type Page = (context: PageContext, ...rest: Parameters<Handler>) => ReturnType<Handler>;
type ContextOf = (request: Request) => PageContext | null;
type Refuse = (request: Request, response: Response, refusal: Refusal) => void;

/** The pages of maintenance, and what their forms do. */
export function mountMaintenancePages(
  app: Express,
  options: ConsoleOptions,
  signedIn: (show: Page) => Handler,
  contextOf: ContextOf,
): void {
  const { service } = options;
  const refuse: Refuse = (request, response, refusal) => {
    const link = { href: '/maintenance', label: 'Go to maintenance' };
    sendRefusal(request, response, { ...refusal, link }, contextOf(request));
  };
  const own = ownForm(options, contextOf);

  route(app, '/maintenance', {
    GET: signedIn(async (context, request, response) => {
      const query = decodeMaintenanceQuery(queryOf(request));
      if (!query.ok) return refuse(request, response, query.refusal);
      const { state } = query.value;
      const [found, { targets }] = await Promise.all([
        service.maintenance.list(query.value),
        service.statistics(),
      ]);
      sendPage(response, 200, maintenanceListPage({ ...found, state, targets }, context));
    }),
    POST: [
      readForm,
      own,
      async (request, response) => {
        const wanted = decodeNewWindow(request.body, options.clock.now());
        if (!wanted.ok) return refuse(request, response, wanted.refusal);
        const outcome = await service.maintenance.create(wanted.value, actorOf(response));
        answer(request, response, outcome, refuse);
      },
    ],
  });
  route(app, '/maintenance/:id', {
    GET: signedIn(async (context, request, response) => {
      const view = await service.maintenance.get(idOf(request));
      if (view === null) refuse(request, response, UNKNOWN_WINDOW);
      else sendPage(response, 200, maintenanceWindowPage(view, context));
    }),
  });
  route(app, '/maintenance/:id/extend', {
    POST: [
      readForm,
      own,
      async (request, response) => {
        const wanted = decodeNewEnd(request.body, options.clock.now());
        if (!wanted.ok) return refuse(request, response, wanted.refusal);
        const { maintenance } = service;
        const outcome = await maintenance.move(idOf(request), wanted.value, actorOf(response));
        answer(request, response, outcome, refuse);
      },
    ],
  });
  route(app, '/maintenance/:id/end', {
    POST: [
      readForm,
      own,
      async (request, response) => {
        const note = decodeNote(request.body);
        if (!note.ok) return refuse(request, response, note.refusal);
        const { maintenance } = service;
        const outcome = await maintenance.end(idOf(request), note.value, actorOf(response));
        answer(request, response, outcome, refuse);
      },
    ],
  });
}

function idOf(request: Request): string {
  return String(request.params['id']).slice(0, 100);
}

function actorOf(response: Response): string {
  return (response.locals['identity'] as Identity).actor;
}

/** Back to the window, so that a reload does nothing twice. */
function answer(
  request: Request,
  response: Response,
  outcome: WindowOutcome,
  refuse: Refuse,
): void {
  const refusal = refusalOfWindow(outcome);
  if (refusal !== null) return refuse(request, response, refusal);
  if (outcome.status === 'done') seeOther(response, `/maintenance/${outcome.window.id}`);
}

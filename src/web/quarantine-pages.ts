import type { Express, Request, Response } from 'express';
import { quarantineEntryPage, quarantineListPage } from '../console/console.ts';
import type { PageContext } from '../console/console.ts';
import type { Identity } from './access/identity.ts';
import type { ConsoleOptions } from './console-context.ts';
import { ownForm, readForm, seeOther } from './console-forms.ts';
import { sendRefusal } from './failures.ts';
import type { Refusal } from './failures.ts';
import { UNKNOWN_DELIVERY, decodeQuarantineQuery, decodeReason } from './quarantine-requests.ts';
import { deliveryId, refusalOf } from './quarantine-requests.ts';
import { sendRawBody } from './raw-body.ts';
import { queryOf, route, sendPage } from './routes.ts';
import type { Handler } from './routes.ts';
import type { QuarantineOutcome } from './services.ts';

/** Of some hundred deliveries each; who has more presses the button again. */
const MAXIMUM_ROUNDS = 50;

type Page = (context: PageContext, ...rest: Parameters<Handler>) => ReturnType<Handler>;

type ContextOf = (request: Request) => PageContext | null;
type Refuse = (request: Request, response: Response, refusal: Refusal) => void;

/** The pages of the quarantine, and what their forms do. */
export function mountQuarantinePages(
  app: Express,
  options: ConsoleOptions,
  signedIn: (show: Page) => Handler,
  contextOf: ContextOf,
): void {
  const { quarantine } = options.service;
  const refuse: Refuse = (request, response, refusal) => {
    const link = { href: '/quarantine', label: 'Go to the quarantine' };
    sendRefusal(request, response, { ...refusal, link }, contextOf(request));
  };
  // Before the pages: the address of one has no number in it.
  mountDecisions(app, options, contextOf, refuse);

  route(app, '/quarantine', {
    GET: signedIn(async (context, request, response) => {
      const query = decodeQuarantineQuery(queryOf(request));
      if (!query.ok) return refuse(request, response, query.refusal);
      const { status } = query.value;
      const found = await quarantine.list(query.value);
      const view = { ...found, ...(status === undefined ? {} : { status }) };
      sendPage(response, 200, quarantineListPage(view, context));
    }),
  });
  route(app, '/quarantine/:id', {
    GET: signedIn(async (context, request, response) => {
      const view = await quarantine.get(deliveryId(request.params['id']));
      if (view === null) refuse(request, response, UNKNOWN_DELIVERY);
      else sendPage(response, 200, quarantineEntryPage(view, context));
    }),
  });
  route(app, '/quarantine/:id/body', {
    GET: signedIn(async (_context, request, response) => {
      const id = deliveryId(request.params['id']);
      const body = await quarantine.body(id);
      if (body === null) refuse(request, response, UNKNOWN_DELIVERY);
      else sendRawBody(response, id, body);
    }),
  });
}

function mountDecisions(
  app: Express,
  options: ConsoleOptions,
  contextOf: ContextOf,
  refuse: Refuse,
): void {
  const { quarantine } = options.service;
  const by = (
    act: (request: Request, response: Response, actor: string) => Promise<void>,
  ): readonly Handler[] => [
    readForm,
    ownForm(options, contextOf),
    async (request, response) =>
      act(request, response, (response.locals['identity'] as Identity).actor),
  ];
  const answer = (request: Request, response: Response, outcome: QuarantineOutcome): void => {
    const refusal = refusalOf(outcome);
    if (refusal !== null) return refuse(request, response, refusal);
    seeOther(response, `/quarantine/${deliveryId(request.params['id'])}`);
  };

  route(app, '/quarantine/replay', {
    POST: by(async (_request, response, actor) => {
      let after = 0;
      for (let round = 0; round < MAXIMUM_ROUNDS; round++) {
        const { next } = await quarantine.replayAll(actor, after);
        if (next === null) break;
        after = next;
      }
      seeOther(response, '/quarantine');
    }),
  });
  route(app, '/quarantine/:id/replay', {
    POST: by(async (request, response, actor) => {
      const id = deliveryId(request.params['id']);
      answer(request, response, await quarantine.replay(id, actor));
    }),
  });
  route(app, '/quarantine/:id/discard', {
    POST: by(async (request, response, actor) => {
      const reason = decodeReason(request.body);
      if (typeof reason !== 'string') return refuse(request, response, reason);
      const id = deliveryId(request.params['id']);
      answer(request, response, await quarantine.discard(id, actor, reason));
    }),
  });
}

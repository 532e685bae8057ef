import express from 'express';
import type { Express, Request, Response } from 'express';
import { loginPage } from '../console/console.ts';
import type { PageContext } from '../console/console.ts';
import { secretsEqual } from '../std/std.ts';
import { cleanName } from './access/identity.ts';
import type { Identity } from './access/identity.ts';
import type { ConsoleOptions } from './console-context.ts';
import { sendRefusal } from './failures.ts';
import { isCrossSite } from './host-check.ts';
import { INCIDENT_ACTIONS, actOnIncident } from './incident-actions.ts';
import { textField } from './incident-requests.ts';
import { localPath } from './local-path.ts';
import { queryOf, route, sendPage } from './routes.ts';
import type { Handler } from './routes.ts';

const FORM_LIMIT = '64kb';
export const readForm: Handler = express.urlencoded({
  extended: false,
  limit: FORM_LIMIT,
  // A split may name every alert that the page shows.
  parameterLimit: 150,
}) as Handler;

export function seeOther(response: Response, path: string): void {
  response.status(303).set('Cache-Control', 'no-store').set('Location', path).end();
}

/** Refuses forms that did not come from a page of ours: by the browser's word, and by the secret in the form. */
export function ownForm(
  options: ConsoleOptions,
  contextOf: (request: Request) => PageContext | null,
): Handler {
  return (request, response, next) => {
    const identity = options.access.identify(request);
    if (identity === null) {
      seeOther(response, '/login');
      return;
    }
    const sent = textField(request.body, 'form_token');
    const isOurs = identity.formToken !== '' && secretsEqual(sent, identity.formToken);
    if (!isOurs || isCrossSite(request.headers, options.hosts)) {
      const refusal = {
        status: 403,
        title: 'This form is too old',
        message: 'The form does not belong to the current session, so nothing was changed.',
        remedy: 'Go back, copy what you typed, reload the page and send it again.',
      };
      sendRefusal(request, response, refusal, contextOf(request));
      return;
    }
    response.locals['identity'] = identity;
    next();
  };
}

function mountLogin(app: Express, options: ConsoleOptions): void {
  const { access } = options;
  const signedOutAt = async (request: Request): Promise<string | null> =>
    queryOf(request).has('signed_out') ? ((await access.provider?.endSessionUrl()) ?? null) : null;
  route(app, '/login', {
    GET: async (request, response) => {
      const next = localPath(queryOf(request).get('next') ?? '/');
      if (access.identify(request) === null)
        sendPage(
          response,
          200,
          loginPage({ ...access.loginView(next), endSessionUrl: await signedOutAt(request) }),
        );
      else seeOther(response, next);
    },
    POST: [
      readForm,
      async (request, response) => {
        const next = localPath(textField(request.body, 'next'));
        const problem = isCrossSite(request.headers, options.hosts)
          ? 'A page of another site sent this form. Sign in here.'
          : await signInProblem(options, request, response);
        if (problem === null) seeOther(response, next);
        else
          sendPage(
            response,
            problem.startsWith('Too many') ? 429 : 401,
            loginPage({ ...access.loginView(next), problem }),
          );
      },
    ],
  });
}

async function signInProblem(
  options: ConsoleOptions,
  request: Request,
  response: Response,
): Promise<string | null> {
  const { access, logger } = options;
  const token = textField(request.body, 'token').trim();
  const name = textField(request.body, 'name');
  const outcome = await access.signIn(request, response, { name, token });
  if (outcome === 'ok') return null;
  logger.warn('Sign-in refused', { address: request.ip, outcome });
  return outcome === 'too_many'
    ? 'Too many wrong tokens. Wait a minute, then try again.'
    : 'This token is not one of the configured ones.';
}

/** Every state-changing form of the console; each is answered with a redirect back, so that reload is harmless. */
export function mountForms(
  app: Express,
  options: ConsoleOptions,
  contextOf: (request: Request) => PageContext | null,
): void {
  const { access, service } = options;
  const own = ownForm(options, contextOf);
  mountLogin(app, options);
  route(app, '/logout', {
    POST: [
      readForm,
      own,
      async (request, response) => {
        await access.signOut(request, response);
        seeOther(response, access.provider === null ? '/login' : '/login?signed_out=true');
      },
    ],
  });
  route(app, '/name', {
    POST: [
      readForm,
      own,
      (request, response) => {
        const name = cleanName(textField(request.body, 'name'));
        if (name !== '') access.rememberName(response, name);
        seeOther(response, localPath(refererPath(request)));
      },
    ],
  });
  for (const action of INCIDENT_ACTIONS) {
    route(app, `/incidents/:id/${action}`, {
      POST: [
        readForm,
        own,
        async (request, response) => {
          const id = String(request.params['id']);
          const { actor } = response.locals['identity'] as Identity;
          const acted = await actOnIncident(service, action, { id, actor, body: request.body });
          if ('show' in acted) seeOther(response, `/incidents/${encodeURIComponent(acted.show)}`);
          else sendRefusal(request, response, acted, contextOf(request));
        },
      ],
    });
  }
}

/** The path of the page that held the form; only the path, so it can lead nowhere else. */
function refererPath(request: Request): string {
  const referer = request.get('referer') ?? '';
  if (!URL.canParse(referer)) return '/';
  const { pathname, search } = new URL(referer);
  return `${pathname}${search}`;
}

import type { Request, Response } from 'express';
import type { PageContext } from '../../console/console.ts';
import { sendRefusal } from '../failures.ts';
import type { Guard } from '../routes.ts';
import type { Access } from './access.ts';
import { demandOf, isReading } from './demands.ts';
import { judge } from './judge.ts';

export type GuardOptions = {
  readonly access: Pick<Access, 'identify' | 'refusal'>;
  readonly hosts: readonly string[];
  readonly contextOf: (request: Request) => PageContext | null;
};

/**
 * Lets through only who has the role, and for API tokens the scope, that the route demands; and refuses changes that
 * a page of another site makes. Whoever is not known is sent to sign in, or told 401 when they are a program.
 */
export function createGuard(options: GuardOptions): Guard {
  const { access, hosts, contextOf } = options;
  return (path, method) => {
    const demand = demandOf(path, method);
    if (demand === 'anybody') return [];
    const isProgram = path.startsWith('/api/') || path === '/events';
    return [
      (request, response, next) => {
        const refusal = access.refusal(request);
        const identity = access.identify(request);
        if (refusal !== null) sendRefusal(request, response, refusal, null);
        else if (identity === null) refuseAnonymous(request, response, isProgram);
        else {
          const why = judge(identity, demand, { request, isProgram, hosts });
          if (why === null) {
            response.locals['identity'] = identity;
            next();
          } else sendRefusal(request, response, why, contextOf(request));
        }
      },
    ];
  };
}

function refuseAnonymous(request: Request, response: Response, isProgram: boolean): void {
  if (isProgram) {
    response.set('WWW-Authenticate', 'Bearer realm="crmwatch"');
    const remedy = 'Send "Authorization: Bearer …" with a token that is valid.';
    const refusal = { status: 401, title: 'Not signed in', message: 'No valid token.', remedy };
    sendRefusal(request, response, refusal, null);
    return;
  }
  const back = isReading(request.method) ? `?next=${encodeURIComponent(request.originalUrl)}` : '';
  response.status(303).set('Cache-Control', 'no-store').set('Location', `/login${back}`).end();
}

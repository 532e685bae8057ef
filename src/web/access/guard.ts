import type { Request, Response } from 'express';
import { isInScope, isRoleEnough } from '../../responder/accounts/accounts.ts';
import type { PageContext } from '../../console/console.ts';
import { unreachable } from '../../std/std.ts';
import { sendRefusal } from '../failures.ts';
import type { Refusal } from '../failures.ts';
import { isCrossSite, isFromOwnPage } from '../host-check.ts';
import type { Guard } from '../routes.ts';
import type { Access } from './access.ts';
import { demandOf, isReading } from './demands.ts';
import type { Demand } from './demands.ts';
import { isAmbient } from './identity.ts';
import type { Identity } from './identity.ts';

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
          const denial = denialOf(identity, demand, { request, isProgram, hosts });
          if (denial === null) {
            response.locals['identity'] = identity;
            next();
            return;
          }
          const why = describeDenial(denial, identity, demand);
          sendRefusal(request, response, why, contextOf(request));
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

type Asked = {
  readonly request: Request;
  readonly isProgram: boolean;
  readonly hosts: readonly string[];
};

/** Why somebody who is known may not. */
export type Denial = 'cross_site' | 'role' | 'scope';

/** Null when they may. */
export function denialOf(identity: Identity, demand: Demand, asked: Asked): Denial | null {
  const { request, isProgram, hosts } = asked;
  if (!isReading(request.method)) {
    // Forms carry a secret of the session as well; what programs send does not, so the browser's word must be there.
    const mustTell = isAmbient(identity) && isProgram;
    const isFromElsewhere = mustTell && !isFromOwnPage(request.headers);
    if (isFromElsewhere || isCrossSite(request.headers, hosts)) return 'cross_site';
  }
  if (!isRoleEnough(identity.role, demand.role)) return 'role';
  const { scopes } = identity;
  return scopes !== null && !isInScope(scopes, demand.scope) ? 'scope' : null;
}

/** The denial in words, for a page and for a program. */
export function describeDenial(denial: Denial, identity: Identity, demand: Demand): Refusal {
  switch (denial) {
    case 'cross_site':
      return {
        status: 403,
        title: 'Not from here',
        message: 'This change did not come from a page of crmwatch, so nothing was changed.',
        remedy: 'Use the console, or send it from a program with a token of its own.',
      };
    case 'role':
      return {
        status: 403,
        title: 'Not with this role',
        message: `This needs the role ${demand.role}; ${identity.actor} has the role ${identity.role}.`,
        remedy: 'Ask an administrator of crmwatch for the role, or somebody who has it to do this.',
      };
    case 'scope':
      return {
        status: 403,
        title: 'Not with this token',
        message: `This needs a token with the scope ${demand.scope}.`,
        remedy: `Make one: crmwatch token create --scope ${demand.scope}`,
      };
    default:
      return unreachable(denial);
  }
}

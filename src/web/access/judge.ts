import type { Request } from 'express';
import { isInScope, isRoleEnough } from '../../responder/accounts/accounts.ts';
import type { Refusal } from '../failures.ts';
import { isCrossSite, isFromOwnPage } from '../host-check.ts';
import { isReading } from './demands.ts';
import type { Demand } from './demands.ts';
import { isAmbient } from './identity.ts';
import type { Identity } from './identity.ts';

export type Asked = {
  readonly request: Pick<Request, 'method' | 'headers'>;
  /** An address of the API, which takes no forms with a secret of the session. */
  readonly isProgram: boolean;
  readonly hosts: readonly string[];
};

/** Why somebody may not do what they ask, or null when they may: what every route and operation goes by. */
export function judge(identity: Identity, demand: Demand, asked: Asked): Refusal | null {
  const { request, isProgram, hosts } = asked;
  if (!isReading(request.method)) {
    // Forms carry a secret of the session as well; what programs send does not, so the browser's word must be there.
    const mustTell = isAmbient(identity) && isProgram;
    if (isCrossSite(request.headers, hosts) || (mustTell && !isFromOwnPage(request.headers))) {
      return {
        status: 403,
        title: 'Not from here',
        message: 'This change did not come from a page of crmwatch, so nothing was changed.',
        remedy: 'Use the console, or send it from a program with a token of its own.',
      };
    }
  }
  if (!isRoleEnough(identity.role, demand.role)) {
    return {
      status: 403,
      title: 'Not with this role',
      message: `This needs the role ${demand.role}; ${identity.actor} has the role ${identity.role}.`,
      remedy: 'Ask an administrator of crmwatch for the role, or somebody who has it to do this.',
    };
  }
  if (identity.scopes !== null && !isInScope(identity.scopes, demand.scope)) {
    return {
      status: 403,
      title: 'Not with this token',
      message: `This needs a token with the scope ${demand.scope}.`,
      remedy: `Make one: crmwatch token create --scope ${demand.scope}`,
    };
  }
  return null;
}

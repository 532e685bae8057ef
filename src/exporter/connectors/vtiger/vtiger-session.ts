import { createHash } from 'node:crypto';

import type { HttpClient, Outcome } from '../../../http/http.ts';
import type { ConnectorDependencies } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { createExchange } from '../web/exchange.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createSecretReader } from '../web/secret-reader.ts';
import { createSessionKeeper } from '../web/session-keeper.ts';
import type { SessionKeeper } from '../web/session-keeper.ts';
import { memberOf } from '../web/shapes.ts';
import { oneAtATime } from '../web/turns.ts';
import type { VtigerIdentity } from './vtiger-options.ts';
import { readLogInRefusal } from './vtiger-refusals.ts';

/** The one path of the web service. */
export const SERVICE = '/webservice.php';

export type VtigerSession = {
  /** What the session is called in queries; whoever knows it is the user. */
  readonly name: string;
  /** undefined where the version does not say. */
  readonly isAdministrator?: boolean;
};

/** Sessions by a challenge, which proves the access key without sending it (include/Webservices/Login.php). */
export function createVtigerSessions(
  url: string,
  identity: VtigerIdentity,
  http: HttpClient,
  { clock, resolveSecret }: ConnectorDependencies,
): SessionKeeper<VtigerSession> {
  const exchange = createExchange({ url, http, clock, readRefusal: readLogInRefusal });
  const { user } = identity;

  async function logIn(accessKey: string, budget: Budget): Promise<Outcome<VtigerSession>> {
    const query = new URLSearchParams({ operation: 'getchallenge', username: user });
    const challenge = await exchange.send(
      { method: 'GET', path: `${SERVICE}?${query.toString()}` },
      budget,
    );
    if (!challenge.ok) return challenge;
    const token = memberOf(challenge.value.document, 'result', 'token');
    if (typeof token !== 'string' || token === '') {
      return fail('schema_changed', 'getchallenge answered no token');
    }
    const proof = createHash('md5').update(`${token}${accessKey}`).digest('hex');
    const form = new URLSearchParams({ operation: 'login', username: user, accessKey: proof });
    const answer = await exchange.send(
      {
        method: 'POST',
        path: SERVICE,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      },
      budget,
    );
    return answer.ok ? sessionOf(answer.value.document) : answer;
  }

  return createSessionKeeper<VtigerSession>({
    clock,
    secret: createSecretReader(resolveSecret, identity.access_key),
    // A user has one challenge: the next one makes that before worth nothing, and a good key looks like a bad one.
    logIn: oneAtATime(logIn, clock),
    pauseAfterRejectionMs: identity.pause_after_rejection,
  });
}

function sessionOf(document: unknown): Outcome<VtigerSession> {
  const name = memberOf(document, 'result', 'sessionName');
  if (typeof name !== 'string' || name === '') {
    return fail('schema_changed', 'login answered no session');
  }
  const flag = memberOf(document, 'result', 'is_admin');
  return succeed({ name, ...(typeof flag === 'string' ? { isAdministrator: flag === 'on' } : {}) });
}

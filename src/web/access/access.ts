import type { Request, Response } from 'express';
import type { Accounts } from '../../responder/accounts/accounts.ts';
import type { Clock, Random } from '../../std/std.ts';
import type { Refusal } from '../failures.ts';
import type { Handler } from '../routes.ts';
import { cookiesFor, readCookie } from './cookies.ts';
import type { Cookies } from './cookies.ts';
import { createCredentials } from './credentials.ts';
import { cleanName } from './identity.ts';
import type { Identity } from './identity.ts';
import { holderOf } from './named-tokens.ts';
import type { OperatorToken } from './named-tokens.ts';
import { createRecognition } from './recognise.ts';
import type { Recognise, Verdict } from './recognise.ts';
import { createSignInLimit } from './sign-in-limit.ts';

export type AccessOptions = {
  /** May use the API and the console; when nobody is configured, anybody who reaches the port may. */
  readonly operators: readonly OperatorToken[];
  readonly accounts: Accounts;
  /** Whether browsers reach us over HTTPS, so that cookies are for HTTPS alone. */
  readonly secureCookies: boolean;
};

export type Access = {
  /** Finds out who asks, once for each request; stands in front of all that asks `identify`. */
  readonly resolve: Handler;
  /** Who asks, or null when they must sign in first. */
  identify(request: Request): Identity | null;
  /** Why a request is refused although it says who asks; null when it is not. */
  refusal(request: Request): Refusal | null;
  /** Ends a lasting answer, such as a stream of events, once who asked for it may no longer. */
  watch(request: Request, response: Response): void;
  /** Opens a session and sets its cookie; `wrong_token`, or `too_many` after repeated failures. */
  signIn(
    request: Request,
    response: Response,
    person: { readonly name: string; readonly token: string },
  ): Promise<'ok' | 'wrong_token' | 'too_many'>;
  signOut(request: Request, response: Response): Promise<void>;
  /** Without tokens there are no sessions: the name for the timeline is kept in a cookie of its own. */
  rememberName(response: Response, name: string): void;
};

const WATCH_MS = 15_000;

/** Bearer tokens for programs, sessions by cookie for browsers. */
export function createAccess(options: AccessOptions, clock: Clock, random: Random): Access {
  const { accounts, operators } = options;
  const cookies = cookiesFor(options.secureCookies);
  const limit = createSignInLimit(clock);
  const credentials = createCredentials(operators, async () => accounts.serverKey(), null);
  const isOpen = operators.length === 0;
  const openFormToken = isOpen ? Buffer.from(random.bytes(32)).toString('base64url') : null;
  const recognise = createRecognition({
    accounts,
    operators,
    credentials,
    cookies,
    openFormToken,
  });
  const session = createSessionCookie(accounts, cookies);
  const verdicts = new WeakMap<object, Verdict>();

  return {
    async resolve(request, _response, next) {
      verdicts.set(request, await recognise(request, 'use'));
      next();
    },
    identify: (request) => verdicts.get(request)?.identity ?? null,
    refusal: (request) => verdicts.get(request)?.refusal ?? null,
    watch: createWatch(recognise, clock),
    async signIn(request, response, { name, token }) {
      const address = request.socket.remoteAddress ?? '';
      if (limit.isReached(address)) return 'too_many';
      const holder = holderOf(token, operators);
      if (holder === null) {
        limit.add(address);
        return 'wrong_token';
      }
      const person = cleanName(name);
      const { name: own, role = 'admin' } = holder;
      const actor = person === '' || person === own ? own : `${person} (${own})`;
      const credential = await credentials.ofToken(holder);
      await session.open(request, response, { actor, role, credential });
      return 'ok';
    },
    signOut: async (request, response) => session.end(request, response),
    rememberName(response, name) {
      const lasting = { ...cookies.options, maxAge: 365 * 86_400_000 };
      response.cookie(cookies.name, cleanName(name), lasting);
    },
  };
}

type NewSession = Parameters<Accounts['sessions']['open']>[0];

function createSessionCookie(
  { sessions }: Pick<Accounts, 'sessions'>,
  cookies: Cookies,
): {
  open(request: Request, response: Response, session: NewSession): Promise<void>;
  end(request: Request, response: Response): Promise<void>;
} {
  async function endFormer(request: Request): Promise<void> {
    const id = readCookie(request, cookies.session);
    if (id !== null) await sessions.end(id);
  }
  return {
    async open(request, response, session) {
      // Whatever id was brought along is never taken over: somebody else may know it. If it was good, it ends.
      await endFormer(request);
      const id = await sessions.open(session);
      response.cookie(cookies.session, id, {
        ...cookies.options,
        maxAge: sessions.limits.lifetimeMs,
      });
    },
    async end(request, response) {
      await endFormer(request);
      response.clearCookie(cookies.session, cookies.options);
    },
  };
}

/** A revoked token or an ended session cuts what was begun with it within seconds. */
function createWatch(recognise: Recognise, clock: Clock): Access['watch'] {
  return (request, response) => {
    let isOver = false;
    let timer = clock.after(WATCH_MS, look);
    function again(): void {
      if (!isOver) timer = clock.after(WATCH_MS, look);
    }
    function look(): void {
      recognise(request, 'look').then(
        ({ identity }) => (identity === null ? void response.destroy() : again()),
        // A store that is away says nothing about who may.
        again,
      );
    }
    response.once('close', () => {
      isOver = true;
      timer.cancel();
    });
  };
}

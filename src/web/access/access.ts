import { secretsEqual } from '../../std/std.ts';
import type { Clock, Random } from '../../std/std.ts';
import type { Request, Response } from 'express';
import type { Role } from '../../responder/accounts/accounts.ts';
import type { Refusal } from '../failures.ts';
import { cleanName } from './identity.ts';
import type { Identity } from './identity.ts';
import { SESSION_LIFETIME_MS, createSessionStore, randomSecret } from './sessions.ts';

/** A bearer token and the name its bearer is known by. */
export type NamedToken = { readonly name: string; readonly token: string };

/** A token of somebody who uses the console or the API. */
export type OperatorToken = NamedToken & { readonly role?: Role };

export type AccessOptions = {
  /** May use the API and the console; with none, anybody who reaches the port may. */
  readonly operators: readonly OperatorToken[];
  /** Whether browsers reach us over HTTPS, so that cookies are for HTTPS alone. */
  readonly secureCookies: boolean;
};

export type Access = {
  /** Who asks, or null when they must sign in first. */
  identify(request: Request): Identity | null;
  /** Why a request is refused although it says who asks; null when it is not. */
  refusal(request: Request): Refusal | null;
  /** Opens a session and sets its cookie; `wrong_token`, or `too_many` after repeated failures. */
  signIn(response: Response, name: string, token: string): 'ok' | 'wrong_token' | 'too_many';
  signOut(request: Request, response: Response): void;
  /** Without tokens there are no sessions: the name for the timeline is kept in a cookie of its own. */
  rememberName(response: Response, name: string): void;
};

const SESSION_COOKIE = 'crmwatch_session';
const NAME_COOKIE = 'crmwatch_name';
const DEFAULT_ACTOR = 'operator';
const FAILURE_LIMIT = 10;
const FAILURE_WINDOW_MS = 60_000;

/** Compares with every token, also after a match, so that time says nothing about the list. */
function holderOf<T extends NamedToken>(presented: string, tokens: readonly T[]): T | null {
  let holder: T | null = null;
  for (const each of tokens) {
    if (secretsEqual(presented, each.token)) holder = each;
  }
  return holder;
}

function bearerToken(request: Request): string | null {
  return /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '')?.[1] ?? null;
}

function cookie(request: Request, name: string): string | null {
  for (const pair of (request.get('cookie') ?? '').split(';')) {
    const [key, value] = pair.trim().split('=');
    if (key === name && value !== undefined) return value;
  }
  return null;
}

function decodeName(value: string | null): string {
  try {
    return cleanName(decodeURIComponent(value ?? ''));
  } catch {
    return '';
  }
}

/** A counter that forgets: at most FAILURE_LIMIT wrong tokens per minute over all browsers. */
function createFailureLimit(clock: Clock): { isReached(): boolean; add(): void } {
  let failures: number[] = [];
  return {
    isReached() {
      failures = failures.filter((atMs) => atMs > clock.monotonicMs() - FAILURE_WINDOW_MS);
      return failures.length >= FAILURE_LIMIT;
    },
    add: () => void failures.push(clock.monotonicMs()),
  };
}

/** Bearer tokens for programs, sessions by cookie for browsers. */
export function createAccess(options: AccessOptions, clock: Clock, random: Random): Access {
  const sessions = createSessionStore(clock, random);
  const failures = createFailureLimit(clock);
  const openFormToken = randomSecret(random);
  const isOpen = options.operators.length === 0;
  const cookieOptions = {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: options.secureCookies,
    encode: encodeURIComponent,
  } as const;

  return {
    identify(request) {
      if (isOpen) {
        const actor = decodeName(cookie(request, NAME_COOKIE)) || DEFAULT_ACTOR;
        return {
          actor,
          role: 'admin',
          scopes: null,
          means: 'open',
          signedIn: false,
          formToken: openFormToken,
        };
      }
      const presented = bearerToken(request);
      if (presented !== null) {
        const holder = holderOf(presented, options.operators);
        if (holder === null) return null;
        const { name: actor, role = 'admin' } = holder;
        return { actor, role, scopes: null, means: 'bearer', signedIn: true, formToken: '' };
      }
      const id = cookie(request, SESSION_COOKIE);
      const session = id === null ? null : sessions.find(id);
      if (session === null) return null;
      return { ...session, scopes: null, means: 'session', signedIn: true };
    },
    refusal: () => null,
    signIn(response, name, token) {
      if (failures.isReached()) return 'too_many';
      const holder = holderOf(token, options.operators);
      if (holder === null) {
        failures.add();
        return 'wrong_token';
      }
      const person = cleanName(name);
      const { name: own, role = 'admin' } = holder;
      const actor = person === '' || person === own ? own : `${person} (${own})`;
      response.cookie(SESSION_COOKIE, sessions.open(actor, role), {
        ...cookieOptions,
        maxAge: SESSION_LIFETIME_MS,
      });
      return 'ok';
    },
    signOut(request, response) {
      const id = cookie(request, SESSION_COOKIE);
      if (id !== null) sessions.end(id);
      response.clearCookie(SESSION_COOKIE, cookieOptions);
    },
    rememberName(response, name) {
      response.cookie(NAME_COOKIE, cleanName(name), { ...cookieOptions, maxAge: 365 * 86_400_000 });
    },
  };
}

import type { Request } from 'express';
import type { Accounts, ApiToken } from '../../responder/accounts/accounts.ts';
import { sha256Hex } from '../../std/std.ts';
import type { Refusal } from '../failures.ts';
import { readCookie } from './cookies.ts';
import type { Cookies } from './cookies.ts';
import type { Credentials } from './credentials.ts';
import { cleanName } from './identity.ts';
import type { Identity } from './identity.ts';
import { bearerToken, holderOf } from './named-tokens.ts';
import type { OperatorToken } from './named-tokens.ts';
import type { ProxyHeader } from './proxy-header.ts';

/** Who asks, and why they are refused although they say who they are. */
export type Verdict = { readonly identity: Identity | null; readonly refusal: Refusal | null };

/** `look` does not count as a use of a session. */
export type Mode = 'use' | 'look';

export type Recognise = (request: Request, mode: Mode) => Promise<Verdict>;

export type RecognitionParts = {
  readonly accounts: Accounts;
  readonly operators: readonly OperatorToken[];
  readonly credentials: Credentials;
  readonly cookies: Cookies;
  /** The proxy that signs people in; null without one. */
  readonly proxy: ProxyHeader | null;
  /** The secret of forms when nobody is configured who may sign in; null when somebody is. */
  readonly openFormToken: string | null;
};

const DEFAULT_ACTOR = 'operator';
const NOBODY: Verdict = { identity: null, refusal: null };

function decodeName(value: string | null): string {
  try {
    return cleanName(decodeURIComponent(value ?? ''));
  } catch {
    return '';
  }
}

/** The secret of the forms follows from the id of the session, which nobody but its browser has. */
function formTokenOf(sessionId: string): string {
  return sha256Hex(`form token of ${sessionId}`);
}

function identityOfToken({ name, role, scopes }: ApiToken): Identity {
  // So that nobody takes a program for a person, or makes a token that is called like one.
  const actor = `${name} (token)`;
  return { actor, role, scopes, means: 'bearer', signedIn: true, formToken: '' };
}

/** Finds out who makes a request: by the word of a proxy, by the token in it, or by the session of its cookie. */
export function createRecognition(parts: RecognitionParts): Recognise {
  const { accounts, operators, credentials, cookies, proxy, openFormToken } = parts;

  async function findBearer(presented: string): Promise<Identity | null> {
    if (presented.startsWith('crmw_')) {
      const token = await accounts.tokens.find(presented);
      return token === null ? null : identityOfToken(token);
    }
    // Found without the store, so that an administrator gets in while it is away.
    const holder = holderOf(presented, operators);
    if (holder === null) return null;
    const { name: actor, role = 'admin' } = holder;
    return { actor, role, scopes: null, means: 'bearer', signedIn: true, formToken: '' };
  }

  async function findSession(id: string, mode: Mode): Promise<Identity | null> {
    const session = await accounts.sessions.find(id, mode);
    const role = session === null ? null : await credentials.roleOf(session);
    if (session === null || role === null) return null;
    const formToken = formTokenOf(id);
    const { actor } = session;
    return { actor, role, scopes: null, means: 'session', signedIn: true, formToken };
  }

  function anybody(request: Request, formToken: string): Identity {
    const actor = decodeName(readCookie(request, cookies.name)) || DEFAULT_ACTOR;
    return { actor, role: 'admin', scopes: null, means: 'open', signedIn: false, formToken };
  }

  return async (request, mode) => {
    const said = (await proxy?.read(request)) ?? 'absent';
    if (said === 'untrusted') return NOBODY;
    if (said !== 'absent') return { ...NOBODY, ...said };
    const presented = bearerToken(request);
    if (presented !== null && (openFormToken === null || presented.startsWith('crmw_'))) {
      return { identity: await findBearer(presented), refusal: null };
    }
    if (openFormToken !== null) {
      return { identity: anybody(request, openFormToken), refusal: null };
    }
    const id = readCookie(request, cookies.session);
    return id === null ? NOBODY : { identity: await findSession(id, mode), refusal: null };
  };
}

import type { Request, Response } from 'express';
import type { Accounts } from '../../responder/accounts/accounts.ts';
import type { LoginView } from '../../console/console.ts';
import type { Clock, Logger, Random } from '../../std/std.ts';
import type { Refusal } from '../failures.ts';
import type { Handler } from '../routes.ts';
import { createClientAddress } from './client-address.ts';
import type { ClientAddress } from './client-address.ts';
import { cookiesFor } from './cookies.ts';
import type { Cookies } from './cookies.ts';
import { createCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { createGuessLimit } from './guess-limit.ts';
import { cleanName } from './identity.ts';
import type { Identity } from './identity.ts';
import { bearerToken, holderOf } from './named-tokens.ts';
import type { OperatorToken } from './named-tokens.ts';
import type { Person } from './oidc/claims.ts';
import type { OidcOptions } from './oidc/oidc-options.ts';
import { createProviderSignIn, providerCredential } from './oidc/provider-sign-in.ts';
import type { ProviderSignIn } from './oidc/provider-sign-in.ts';
import { createProxyHeader } from './proxy-header.ts';
import type { ProxyHeaderOptions } from './proxy-header.ts';
import { createRecognition } from './recognise.ts';
import type { Recognise, Verdict } from './recognise.ts';
import { createSessionCookie } from './session-cookie.ts';
import { createSignInLimit } from './sign-in-limit.ts';
import type { SignInLimit } from './sign-in-limit.ts';
import { createWatch } from './watch.ts';

export type AccessOptions = {
  /** May use the API and the console; when nobody is configured, anybody who reaches the port may. */
  readonly operators: readonly OperatorToken[];
  readonly accounts: Accounts;
  /** The identity provider that people sign in at; null without one. */
  readonly oidc: OidcOptions | null;
  /** The proxy that signs people in; null without one. */
  readonly proxyHeader: ProxyHeaderOptions | null;
  /** Whether browsers reach us over HTTPS, so that cookies are for HTTPS alone. */
  readonly secureCookies: boolean;
};

export type AccessEffects = {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Is told of every wrong credential; `isLimited` when it came too often from there. */
  readonly onWrongCredential?: WrongCredentialListener;
};

export type WrongCredentialListener = (way: 'bearer' | 'sign_in', isLimited: boolean) => void;

export type Access = {
  /** Finds out who asks, once for each request; stands in front of all that asks `identify`. */
  readonly resolve: Handler;
  /** From where a request comes, for counting. */
  readonly addressOf: ClientAddress;
  /** Who asks, or null when they must sign in first. */
  identify(request: Request): Identity | null;
  /** Why a request is refused although it says who asks; null when it is not. */
  refusal(request: Request): Refusal | null;
  /** Ends a lasting answer, such as a stream of events, once who asked for it may no longer. */
  readonly watch: (request: Request, response: Response) => void;
  /** Opens a session and sets its cookie; `wrong_token`, or `too_many` after repeated failures. */
  signIn(
    request: Request,
    response: Response,
    person: { readonly name: string; readonly token: string },
  ): Promise<'ok' | 'wrong_token' | 'too_many'>;
  /** Signing in at the identity provider; null without one. */
  readonly provider: ProviderSignIn | null;
  /** Opens a session for whom the identity provider vouches. */
  openSession(request: Request, response: Response, person: Person): Promise<void>;
  /** What the login form offers. */
  loginView(next: string): LoginView;
  signOut(request: Request, response: Response): Promise<void>;
  /** Without tokens there are no sessions: the name for the timeline is kept in a cookie of its own. */
  rememberName(response: Response, name: string): void;
};

type Parts = {
  readonly cookies: Cookies;
  readonly limit: SignInLimit;
  readonly credentials: Credentials;
  readonly provider: ProviderSignIn | null;
  readonly recognise: Recognise;
  readonly addressOf: ClientAddress;
};

function assemble(options: AccessOptions, effects: AccessEffects): Parts {
  const { accounts, operators, oidc, proxyHeader } = options;
  const { clock, random, logger } = effects;
  const serverKey = async (): Promise<Buffer> => accounts.serverKey();
  const cookies = cookiesFor(options.secureCookies);
  const addressOf = createClientAddress(proxyHeader?.networks ?? []);
  const limit = createSignInLimit(clock);
  const credentialOfProvider = oidc === null ? null : providerCredential(oidc);
  const credentials = createCredentials(operators, serverKey, credentialOfProvider);
  const isOpen = operators.length === 0 && oidc === null && proxyHeader === null;
  const openFormToken = isOpen ? Buffer.from(random.bytes(32)).toString('base64url') : null;
  const proxy = proxyHeader === null ? null : createProxyHeader(proxyHeader, serverKey, logger);
  const provider =
    oidc === null
      ? null
      : createProviderSignIn(oidc, {
          ...effects,
          accounts,
          cookies,
          addressOf,
          // One of its own: failures at the provider must not keep out who comes with a token.
          limit: createSignInLimit(clock),
        });
  const recognise = createRecognition({
    accounts,
    operators,
    credentials,
    cookies,
    proxy,
    openFormToken,
  });
  return { cookies, limit, credentials, provider, recognise, addressOf };
}

const TOO_MANY: Refusal = {
  status: 429,
  title: 'Too many wrong tokens',
  message: 'Too many wrong tokens came from this address.',
  remedy: 'Look for the program that sends an old token, and try again in a minute.',
};

/** Judges a bearer token as ever, but makes whoever brings many wrong ones wait. */
function slowDownGuesses(
  recognise: Recognise,
  addressOf: ClientAddress,
  { clock, onWrongCredential }: Required<Pick<AccessEffects, 'clock' | 'onWrongCredential'>>,
): (request: Request) => Promise<Verdict> {
  const guesses = createGuessLimit(clock);
  const tooMany: Verdict = { identity: null, refusal: TOO_MANY };
  return async (request) => {
    const bearer = bearerToken(request);
    if (bearer === null) return recognise(request, 'use');
    const address = addressOf(request);
    if (!guesses.mayTry(address, bearer)) {
      onWrongCredential('bearer', true);
      return tooMany;
    }
    const verdict = await recognise(request, 'use');
    if (verdict.identity?.means === 'bearer') guesses.right(bearer);
    if (verdict.identity !== null || verdict.refusal !== null) return verdict;
    const count = await guesses.wrong(address, bearer);
    onWrongCredential('bearer', count === 'too_many');
    return count === 'few' ? verdict : tooMany;
  };
}

/** Bearer tokens for programs; sessions, an identity provider or a proxy for people. */
export function createAccess(options: AccessOptions, effects: AccessEffects): Access {
  const { accounts, operators, oidc } = options;
  const { cookies, limit, credentials, provider, ...parts } = assemble(options, effects);
  const { recognise, addressOf } = parts;
  const { onWrongCredential = () => {} } = effects;
  const slowly = slowDownGuesses(recognise, addressOf, { ...effects, onWrongCredential });
  const session = createSessionCookie(accounts, cookies);
  const verdicts = new WeakMap<object, Verdict>();

  return {
    async resolve(request, _response, next) {
      verdicts.set(request, await slowly(request));
      next();
    },
    identify: (request) => verdicts.get(request)?.identity ?? null,
    refusal: (request) => verdicts.get(request)?.refusal ?? null,
    addressOf,
    watch: createWatch(recognise, effects.clock),
    async signIn(request, response, { name, token }) {
      const address = addressOf(request);
      if (limit.isReached(address)) {
        onWrongCredential('sign_in', true);
        return 'too_many';
      }
      const holder = holderOf(token, operators);
      if (holder === null) {
        limit.add(address);
        onWrongCredential('sign_in', false);
        return 'wrong_token';
      }
      const person = cleanName(name);
      const { name: own, role = 'admin' } = holder;
      const actor = person === '' || person === own ? own : `${person} (${own})`;
      const credential = await credentials.ofToken(holder);
      await session.open(request, response, { actor, role, credential });
      return 'ok';
    },
    provider,
    async openSession(request, response, person) {
      const credential = oidc === null ? '' : providerCredential(oidc);
      await session.open(request, response, { ...person, credential });
    },
    loginView: (next) => ({
      next,
      problem: null,
      hasTokens: operators.length > 0,
      provider: provider?.label ?? null,
    }),
    signOut: async (request, response) => session.end(request, response),
    rememberName(response, name) {
      const lasting = { ...cookies.options, maxAge: 365 * 86_400_000 };
      response.cookie(cookies.name, cleanName(name), lasting);
    },
  };
}

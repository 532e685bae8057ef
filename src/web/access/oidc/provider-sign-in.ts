import type { Request, Response } from 'express';
import type { Accounts } from '../../../responder/accounts/accounts.ts';
import { sha256Hex } from '../../../std/std.ts';
import type { Clock, Logger, Random } from '../../../std/std.ts';
import type { Refusal } from '../../failures.ts';
import { readCookie } from '../cookies.ts';
import type { Cookies } from '../cookies.ts';
import type { ClientAddress } from '../client-address.ts';
import type { SignInLimit } from '../sign-in-limit.ts';
import { personOf } from './claims.ts';
import type { Person } from './claims.ts';
import type { OidcOptions } from './oidc-options.ts';
import type { PendingSignIn, Provider } from './provider.ts';
import { createSeal } from './sealed.ts';

/** Signing in at an identity provider, as far as requests and cookies go. */
export type ProviderSignIn = {
  /** The host of the provider, for people. */
  readonly label: string;
  /** Where to send the browser; null while the provider does not answer. */
  begin(response: Response, next: string): Promise<string | null>;
  /** Who came back and where they wanted to go, or why they may not come in. */
  finish(
    request: Request,
    response: Response,
  ): Promise<{ readonly person: Person; readonly next: string } | { readonly refusal: Refusal }>;
  /** Where people sign out of the provider too; null when it offers that nowhere, or does not answer. */
  endSessionUrl(): Promise<string | null>;
};

type Parts = {
  readonly accounts: Accounts;
  readonly cookies: Cookies;
  readonly addressOf: ClientAddress;
  readonly limit: SignInLimit;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
};

type Kept = PendingSignIn & { readonly next: string; readonly beganAtMs: number };

const PENDING_MS = 600_000;

const AGAIN = 'Go to the login page and sign in again.';
const REFUSALS = {
  tooMany: {
    status: 429,
    title: 'Too many attempts',
    message: 'Too many sign-ins have failed.',
    remedy: 'Wait a minute, then try again.',
  },
  notBegun: {
    status: 400,
    title: 'Not signed in',
    message: 'This sign-in was not begun in this browser within the last 10 minutes.',
    remedy: AGAIN,
  },
  failed: {
    status: 401,
    title: 'Not signed in',
    message: 'The identity provider did not confirm the sign-in.',
    remedy: `${AGAIN} The log of crmwatch says what was wrong.`,
  },
  noRole: {
    status: 403,
    title: 'No role here',
    message: 'The identity provider knows you, but nothing that it says gives you a role here.',
    remedy: 'Ask an administrator of crmwatch for access: responder.access.oidc.roles decides.',
  },
} as const satisfies Record<string, Refusal>;

/** Sessions that one configuration of a provider opened do not outlive it. */
export function providerCredential({ issuer, clientId, roleClaim, roles }: OidcOptions): string {
  return `oidc:${sha256Hex(JSON.stringify([issuer, clientId, roleClaim, roles])).slice(0, 32)}`;
}

export function createProviderSignIn(options: OidcOptions, parts: Parts): ProviderSignIn {
  const { accounts, cookies, addressOf, limit, clock, random, logger } = parts;
  const seal = createSeal(async () => accounts.serverKey(), 'sign-in at a provider', random);
  let provider: Provider | undefined;

  /** Loaded when somebody signs in by it: most responders and every exporter do without. */
  async function load(): Promise<Provider> {
    const { createProvider } = await import('./provider.ts');
    provider ??= createProvider(options, { clock, logger });
    return provider;
  }

  /** What was begun in this browser; whatever it is, it is used once. */
  async function takePending(request: Request, response: Response): Promise<Kept | null> {
    const sealed = readCookie(request, cookies.signIn);
    if (sealed === null) return null;
    response.clearCookie(cookies.signIn, cookies.options);
    // Nobody but us can seal anything, so what opens is what was kept.
    const kept = (await seal.open(sealed)) as Kept | null;
    return kept !== null && kept.beganAtMs + PENDING_MS > clock.now() ? kept : null;
  }

  async function vouch(request: Request, kept: Kept): Promise<Person | Refusal> {
    const address = addressOf(request);
    if (limit.isReached(address)) return REFUSALS.tooMany;
    try {
      const query = request.originalUrl.split('?')[1] ?? '';
      const claims = await (await load()).finish(query, kept);
      return personOf(claims, options) ?? REFUSALS.noRole;
    } catch (error) {
      limit.add(address);
      const { reasonOf } = await import('./provider.ts');
      logger.warn('Sign-in at the identity provider refused', { problem: reasonOf(error) });
      return REFUSALS.failed;
    }
  }

  return {
    label: new URL(options.issuer).host,
    async begin(response, next) {
      const begun = await (await load()).begin();
      if (begun === null) return null;
      const kept: Kept = { ...begun.pending, next, beganAtMs: clock.now() };
      response.cookie(cookies.signIn, await seal.close(kept), {
        ...cookies.options,
        maxAge: PENDING_MS,
      });
      return begun.url;
    },
    async finish(request, response) {
      const kept = await takePending(request, response);
      if (kept === null) return { refusal: REFUSALS.notBegun };
      const found = await vouch(request, kept);
      return 'role' in found ? { person: found, next: kept.next } : { refusal: found };
    },
    endSessionUrl: async () => (await load()).endSessionUrl(),
  };
}

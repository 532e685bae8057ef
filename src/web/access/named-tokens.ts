import type { Request } from 'express';
import type { Role } from '../../responder/accounts/accounts.ts';
import { secretsEqual } from '../../std/std.ts';

/** A bearer token and the name its bearer is known by. */
export type NamedToken = { readonly name: string; readonly token: string };

/** A token of somebody who uses the console or the API; without a role, an administrator. */
export type OperatorToken = NamedToken & { readonly role?: Role };

/** Compares with every token, also after a match, so that time says nothing about the list. */
export function holderOf<T extends NamedToken>(presented: string, tokens: readonly T[]): T | null {
  let holder: T | null = null;
  for (const each of tokens) {
    if (secretsEqual(presented, each.token)) holder = each;
  }
  return holder;
}

export function bearerToken(request: Pick<Request, 'get'>): string | null {
  return /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '')?.[1] ?? null;
}

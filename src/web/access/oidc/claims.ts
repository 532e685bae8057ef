import { highestRole } from '../../../responder/accounts/accounts.ts';
import type { Role } from '../../../responder/accounts/accounts.ts';
import { tellingName } from '../identity.ts';
import type { OidcOptions } from './oidc-options.ts';

export type Claims = Readonly<Record<string, unknown>>;

export type Person = { readonly actor: string; readonly role: Role };

const MAXIMUM_VALUES = 2000;

function claimOf(claims: unknown, name: string): unknown {
  if (typeof claims !== 'object' || claims === null) return undefined;
  return Object.hasOwn(claims, name) ? (claims as Claims)[name] : undefined;
}

/** By its whole name, as names may hold dots, or else by its path: Keycloak's is `realm_access.roles`. */
export function findClaim(claims: Claims, path: string): unknown {
  const whole = claimOf(claims, path);
  return whole ?? path.split('.').reduce<unknown>((inner, name) => claimOf(inner, name), claims);
}

function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value)
    ? value.slice(0, MAXIMUM_VALUES)
    : [value];
  return values.filter((each): each is string => typeof each === 'string');
}

/** The most that any of the values gives; null when none gives anything. */
export function roleOfValues(
  values: readonly string[],
  roles: Readonly<Record<string, Role>>,
): Role | null {
  const given = values.flatMap((value) => (Object.hasOwn(roles, value) ? [roles[value]] : []));
  return highestRole(given.filter((role) => role !== undefined));
}

function nameOf(claims: Claims, { nameClaim, allowEmail }: OidcOptions): string {
  const claim = findClaim(claims, nameClaim);
  const name = typeof claim === 'string' ? claim : '';
  return tellingName(name, allowEmail, [claims['iss'], claims['sub']]);
}

/** Who somebody is here by what the provider says; null when nothing that it says gives a role. */
export function personOf(claims: Claims, options: OidcOptions): Person | null {
  const role = roleOfValues(textsOf(findClaim(claims, options.roleClaim)), options.roles);
  // Told apart from the names of tokens, which somebody could otherwise take at the provider.
  return role === null ? null : { actor: `${nameOf(claims, options)} (oidc)`, role };
}

import { CONSOLE_TOKEN_NAME } from '../config/config.ts';
import type { ResponderConfig } from '../config/config.ts';
import type { SecretResolver } from '../std/std.ts';
import type { OidcOptions, ResponderAppOptions } from '../web/web.ts';

function oidcOptions(config: ResponderConfig, resolveSecret: SecretResolver): OidcOptions | null {
  const { access, publicUrl } = config;
  if (access.oidc === undefined || publicUrl === undefined) return null;
  const { clientSecret, authorities, ...rest } = access.oidc;
  return {
    ...rest,
    publicUrl,
    clientSecret: () => resolveSecret(clientSecret),
    certificateAuthorities: authorities === undefined ? [] : [resolveSecret(authorities)],
  };
}

/** Who may use the console and the API, as the web room wants it. Throws secret_unreadable. */
export function accessOf(
  config: ResponderConfig,
  resolveSecret: SecretResolver,
  /** Whether browsers reach it over TLS of its own. */
  { isTls }: { readonly isTls: boolean },
): Required<Pick<ResponderAppOptions, 'operators' | 'oidc' | 'proxyHeader' | 'secureCookies'>> {
  const { access, consoleToken, publicUrl } = config;
  const people = access.people.map(({ name, role, token }) => ({
    name,
    role,
    token: resolveSecret(token),
  }));
  const operator =
    consoleToken === undefined
      ? []
      : [{ name: CONSOLE_TOKEN_NAME, role: 'admin' as const, token: resolveSecret(consoleToken) }];
  return {
    operators: [...operator, ...people],
    oidc: oidcOptions(config, resolveSecret),
    proxyHeader: access.proxyHeader ?? null,
    secureCookies: isTls || (publicUrl?.startsWith('https:') ?? false),
  };
}

import { DEFAULT_SESSION_LIMITS, ROLES } from '../responder/accounts/accounts.ts';
import type { Role } from '../responder/accounts/accounts.ts';
import { decode, secretReference } from '../std/std.ts';
import type { Decoder, SecretReference } from '../std/std.ts';
import { isLoopbackHost, isNetwork } from '../web/web.ts';
import type { ProxyHeaderOptions } from '../web/web.ts';
import { nameDecoder, uniquelyNamed } from './common.ts';

export type PersonTokenConfig = {
  readonly name: string;
  readonly role: Role;
  readonly token: SecretReference;
};

export type OidcConfig = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: SecretReference;
  readonly scopes: readonly string[];
  readonly roleClaim: string;
  readonly roles: Readonly<Record<string, Role>>;
  readonly nameClaim: string;
  readonly allowEmail: boolean;
  readonly hosts: readonly string[];
  readonly authorities?: SecretReference;
};

export type AccessConfig = {
  readonly sessionLifetimeMs: number;
  readonly sessionIdleMs: number;
  readonly people: readonly PersonTokenConfig[];
  readonly oidc?: OidcConfig;
  readonly proxyHeader?: ProxyHeaderOptions;
};

/** The bearer of `console_token` is called so. */
export const CONSOLE_TOKEN_NAME = 'operator';

const person: Decoder<PersonTokenConfig> = decode.object({
  name: decode.required(
    decode.refine(nameDecoder(), (name) =>
      name === CONSOLE_TOKEN_NAME
        ? {
            message: `"${name}" is the name of the bearer of console_token`,
            remedy: 'choose another name',
          }
        : undefined,
    ),
    'name of the person in the journal',
  ),
  role: decode.required(decode.choice(ROLES), 'what the person may do'),
  token: decode.required(secretReference(), 'token that the person signs in with'),
});

const roles: Decoder<Readonly<Record<string, Role>>> = decode.map(decode.choice(ROLES), {
  key: 'group',
  pattern: /^[^\p{C}]{1,256}$/u,
});

/** The issuer is compared letter by letter with what the provider says, so a slash at its end stays. */
const issuer: Decoder<string> = decode.refine(
  decode.text({ pattern: /^https?:\/\/[^\s?#@]+$/, meaning: 'the URL of an issuer' }),
  (text) => {
    if (!URL.canParse(text)) return { message: 'is no URL', remedy: 'write it whole' };
    const { protocol, hostname } = new URL(text);
    if (protocol === 'https:' || isLoopbackHost(hostname.replace(/^\[|\]$/g, ''))) return undefined;
    return {
      message: 'an issuer that is asked without TLS can be anybody',
      remedy: 'use its https URL',
    };
  },
);

const claim = (): Decoder<string> =>
  decode.text({ pattern: /^[^\p{C}]+$/u, meaning: 'the name of a claim', maximumLength: 256 });

const oidc: Decoder<OidcConfig> = decode.transform(
  decode.object({
    issuer: decode.required(issuer, 'the identity provider, as its discovery document names it'),
    client_id: decode.required(decode.text({ maximumLength: 500 }), 'what it calls crmwatch'),
    client_secret: decode.required(secretReference(), 'secret that it gave crmwatch'),
    scopes: decode.withDefault(
      decode.refine(
        decode.list(decode.text({ pattern: /^[\x21\x23-\x5B\x5D-\x7E]+$/, meaning: 'a scope' }), {
          maximumLength: 50,
        }),
        (scopes) =>
          scopes.includes('openid')
            ? undefined
            : { message: 'has no "openid"', remedy: 'add openid, without which nobody is told' },
      ),
      ['openid', 'profile'],
      'what is asked of it',
      '[openid, profile]',
    ),
    role_claim: decode.withDefault(
      claim(),
      'groups',
      'claim that holds groups or roles: its name, or a path such as realm_access.roles',
      'groups',
    ),
    roles: decode.required(roles, 'the role that each value of that claim gives; others give none'),
    name_claim: decode.withDefault(
      claim(),
      'name',
      'claim that the journal calls people by',
      'name',
    ),
    allow_email: decode.withDefault(
      decode.boolean(),
      false,
      'whether an e-mail address may stand in the journal, where nobody can take it out again',
      'false',
    ),
    hosts: decode.withDefault(
      decode.list(
        decode.text({ pattern: /^[A-Za-z0-9.-]+(?::\d{1,5})?$/, meaning: 'a host, or host:port' }),
        { maximumLength: 10 },
      ),
      [],
      'further hosts that it answers from; no other host but that of the issuer is asked',
      '[]',
    ),
    ca_file: decode.optional(
      decode.text(),
      'PEM file of certificate authorities to trust for it, besides the usual ones',
    ),
  }),
  (decoded) => ({
    issuer: decoded.issuer,
    clientId: decoded.client_id,
    clientSecret: decoded.client_secret,
    scopes: decoded.scopes,
    roleClaim: decoded.role_claim,
    roles: decoded.roles,
    nameClaim: decoded.name_claim,
    allowEmail: decoded.allow_email,
    hosts: decoded.hosts,
    ...(decoded.ca_file === undefined
      ? {}
      : { authorities: { kind: 'secret_reference', file: decoded.ca_file } }),
  }),
);

const TAKEN_HEADERS = ['authorization', 'cookie', 'host', 'origin', 'referer', 'forwarded'];

const header = (): Decoder<string> =>
  decode.transform(
    decode.refine(
      decode.text({ pattern: /^[A-Za-z][A-Za-z0-9-]{0,63}$/, meaning: 'the name of a header' }),
      (name) =>
        TAKEN_HEADERS.includes(name.toLowerCase())
          ? {
              message: `${name} is sent by browsers`,
              remedy: 'use a header of its own, such as Remote-User',
            }
          : undefined,
    ),
    (name) => name.toLowerCase(),
  );

const network: Decoder<string> = decode.refine(
  decode.text({ pattern: /^[0-9A-Fa-f:.]+(?:\/\d{1,3})?$/, meaning: 'an address or a network' }),
  (text) => {
    if (!isNetwork(text)) {
      return { message: `"${text}" is no network`, remedy: 'write for example 10.0.0.0/8' };
    }
    if (!text.endsWith('/0')) return undefined;
    return {
      message: `from ${text} everybody could say that they are somebody else`,
      remedy: 'list the addresses of the proxy alone',
    };
  },
);

const proxyHeader: Decoder<ProxyHeaderOptions> = decode.transform(
  decode.object({
    header_user: decode.required(header(), 'header in which the proxy names who asks'),
    header_groups: decode.optional(header(), 'header with the groups of who asks, with commas'),
    networks: decode.required(
      decode.list(network, { minimumLength: 1, maximumLength: 100 }),
      'addresses of the proxy; from elsewhere the headers make a request anonymous',
    ),
    roles: decode.withDefault(roles, {}, 'the role that each group gives', '{}'),
    default_role: decode.optional(
      decode.choice(ROLES),
      'role of those whose groups give none; without it they get in nowhere',
    ),
    allow_email: decode.withDefault(
      decode.boolean(),
      false,
      'whether an e-mail address may stand in the journal',
      'false',
    ),
  }),
  (decoded) => ({
    userHeader: decoded.header_user,
    groupsHeader: decoded.header_groups ?? null,
    networks: decoded.networks,
    roles: decoded.roles,
    defaultRole: decoded.default_role ?? null,
    allowEmail: decoded.allow_email,
  }),
);

const proxyThatGivesRoles = decode.refine(
  proxyHeader,
  ({ roles: given, groupsHeader, defaultRole }) => {
    const hasGroups = groupsHeader !== null && Object.keys(given).length > 0;
    if (hasGroups || defaultRole !== null) return undefined;
    return {
      message: 'gives nobody a role',
      remedy: 'add header_groups and roles, or default_role',
    };
  },
);

export const DEFAULT_ACCESS: AccessConfig = {
  sessionLifetimeMs: DEFAULT_SESSION_LIMITS.lifetimeMs,
  sessionIdleMs: DEFAULT_SESSION_LIMITS.idleMs,
  people: [],
};

export const accessDecoder: Decoder<AccessConfig> = decode.transform(
  decode.refine(
    decode.object({
      session_lifetime: decode.withDefault(
        decode.duration({ minimumMs: 300_000, maximumMs: 7 * 86_400_000 }),
        DEFAULT_ACCESS.sessionLifetimeMs,
        'time after which everybody has to sign in again',
        '12h',
      ),
      session_idle_limit: decode.withDefault(
        decode.duration({ minimumMs: 60_000, maximumMs: 7 * 86_400_000 }),
        DEFAULT_ACCESS.sessionIdleMs,
        'time without a request after which somebody has to sign in again',
        '4h',
      ),
      tokens_for_people: decode.withDefault(
        uniquelyNamed(decode.list(person, { maximumLength: 50 }), 'person'),
        [],
        'tokens that people sign in with, each with a role; that of console_token is admin',
        '[]',
      ),
      oidc: decode.optional(oidc, 'the identity provider that people sign in at; needs public_url'),
      proxy_header: decode.optional(proxyThatGivesRoles, 'a reverse proxy that signs people in'),
    }),
    ({ session_lifetime: lifetime, session_idle_limit: idle }) =>
      idle <= lifetime
        ? undefined
        : {
            at: 'session_idle_limit',
            message: 'is longer than session_lifetime',
            remedy: 'make it shorter, or session_lifetime longer',
          },
  ),
  (decoded) => ({
    sessionLifetimeMs: decoded.session_lifetime,
    sessionIdleMs: decoded.session_idle_limit,
    people: decoded.tokens_for_people,
    ...(decoded.oidc === undefined ? {} : { oidc: decoded.oidc }),
    ...(decoded.proxy_header === undefined ? {} : { proxyHeader: decoded.proxy_header }),
  }),
);

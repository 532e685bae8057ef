import { SOURCE_KINDS } from '../responder/alerts/alerts.ts';
import type { SourceKind } from '../responder/alerts/alerts.ts';
import { decode, secretReference } from '../std/std.ts';
import type { Decoder, SecretReference } from '../std/std.ts';
import { isNetwork } from '../web/web.ts';
import { nameDecoder, uniquelyNamed } from './common.ts';

/** How a sender of alerts shows that it is the one. Several secrets are valid at once, so that they can be changed. */
export type SenderCredentialConfig =
  | { readonly kind: 'bearer'; readonly tokens: readonly SecretReference[] }
  | {
      readonly kind: 'basic';
      readonly username: string;
      readonly passwords: readonly SecretReference[];
    }
  | {
      readonly kind: 'certificate';
      readonly names: readonly string[];
      readonly commonName: string | null;
    }
  | { readonly kind: 'address' };

export type SenderConfig = {
  readonly name: string;
  readonly credential: SenderCredentialConfig;
  /** Empty: from everywhere. */
  readonly networks: readonly string[];
  /** Empty: everything. */
  readonly kinds: readonly SourceKind[];
  /** Peers of one highly available set have one; the name when it is left out. */
  readonly source?: string;
};

/** An address or a range of them, such as 10.0.0.0/8 or 2001:db8::/32. */
const network: Decoder<string> = decode.refine(decode.text({ maximumLength: 100 }), (range) =>
  isNetwork(range)
    ? undefined
    : {
        message: `"${range}" is no range of addresses`,
        remedy: 'write an address such as 10.1.2.3 or a range such as 10.0.0.0/8 or 2001:db8::/32',
      },
);

const secrets = decode.list(secretReference(), { minimumLength: 1, maximumLength: 10 });

const basic = decode.refine(
  decode.object({
    username: decode.required(
      decode.text({ pattern: /^[^:]+$/, meaning: 'a name without colon', maximumLength: 200 }),
      'user name that it presents',
    ),
    password: decode.optional(secretReference(), 'password that it presents'),
    passwords: decode.optional(secrets, 'instead, several that are valid at once'),
  }),
  ({ password, passwords }) =>
    (password === undefined) !== (passwords === undefined)
      ? undefined
      : { message: 'has none or both of password and passwords', remedy: 'write one of them' },
);

const certificate = decode.refine(
  decode.object({
    names: decode.withDefault(
      decode.list(decode.text({ maximumLength: 500 }), { maximumLength: 50 }),
      [],
      'subject alternative names (DNS, IP, URI or email), one of which its certificate has',
      '[]',
    ),
    common_name: decode.optional(
      decode.text({ maximumLength: 500 }),
      'common name of its certificate, where that has no other names',
    ),
  }),
  ({ names, common_name: commonName }) =>
    names.length > 0 || commonName !== undefined
      ? undefined
      : { message: 'names nobody', remedy: 'write names or common_name' },
);

const sender = decode.refine(
  decode.object({
    name: decode.required(nameDecoder(), 'name of the sender in the journal'),
    token: decode.optional(secretReference(), 'bearer token that this sender presents'),
    tokens: decode.optional(secrets, 'instead, several that are valid at once'),
    basic: decode.optional(basic, 'instead, a user name and a password'),
    client_certificate: decode.optional(
      certificate,
      'instead, a client certificate; web_config must ask for one and verify it',
    ),
    networks: decode.withDefault(
      decode.list(network, { maximumLength: 100 }),
      [],
      'addresses from which it may deliver; alone, whoever comes from there is this sender',
      'everywhere',
    ),
    kinds: decode.withDefault(
      decode.list(decode.choice(SOURCE_KINDS), { maximumLength: SOURCE_KINDS.length }),
      [],
      'what it may deliver',
      'everything',
    ),
    source: decode.optional(
      nameDecoder(),
      'one name for all peers of a highly available Alertmanager; the name of the sender otherwise',
    ),
  }),
  ({ token, tokens, basic: pair, client_certificate: shown, networks }) => {
    const count = [token, tokens, pair, shown].filter((value) => value !== undefined).length;
    if (count === 1 || (count === 0 && networks.length > 0)) return undefined;
    return {
      message:
        count === 0
          ? 'says nothing by which the sender is known'
          : 'says several ways in which the sender is known',
      remedy:
        'write one of token, tokens, basic and client_certificate; or networks alone, where addresses can be trusted',
    };
  },
);

type Decoded = typeof sender extends Decoder<infer T> ? T : never;

function credentialOf(decoded: Decoded): SenderCredentialConfig {
  const { token, tokens, basic: pair, client_certificate: shown } = decoded;
  if (token !== undefined) return { kind: 'bearer', tokens: [token] };
  if (tokens !== undefined) return { kind: 'bearer', tokens };
  if (pair !== undefined) {
    const { username, password, passwords = [] } = pair;
    return { kind: 'basic', username, passwords: password === undefined ? passwords : [password] };
  }
  if (shown === undefined) return { kind: 'address' };
  return { kind: 'certificate', names: shown.names, commonName: shown.common_name ?? null };
}

export const sendersDecoder: Decoder<readonly SenderConfig[]> = uniquelyNamed(
  decode.list(
    decode.transform(sender, (decoded): SenderConfig => {
      const { name, networks, kinds, source } = decoded;
      const known = { name, credential: credentialOf(decoded), networks, kinds };
      return source === undefined ? known : { ...known, source };
    }),
    { maximumLength: 100 },
  ),
  'sender',
);

import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { highestRole } from '../../responder/accounts/accounts.ts';
import type { Role } from '../../responder/accounts/accounts.ts';
import type { Logger } from '../../std/std.ts';
import type { Refusal } from '../failures.ts';
import { tellingName } from './identity.ts';
import type { Identity } from './identity.ts';
import { createNetworks } from '../networks.ts';

/** A reverse proxy that signs people in and tells who they are. */
export type ProxyHeaderOptions = {
  /** In lower case. */
  readonly userHeader: string;
  /** In lower case; its value is a list with commas. Null when the proxy tells no groups. */
  readonly groupsHeader: string | null;
  /** From where the headers are believed, by the address of the connection itself. */
  readonly networks: readonly string[];
  readonly roles: Readonly<Record<string, Role>>;
  /** For those whose groups give none; null: they get in nowhere. */
  readonly defaultRole: Role | null;
  readonly allowEmail: boolean;
};

export type ProxyVerdict =
  /** The proxy says nothing of who asks. */
  | 'absent'
  /** Somebody says who they are who may not: they are nobody, whatever else they bring. */
  | 'untrusted'
  | { readonly refusal: Refusal }
  | { readonly identity: Identity };

export type ProxyHeader = { read(request: IncomingMessage): Promise<ProxyVerdict> };

type Said = { readonly user: readonly string[]; readonly groups: readonly string[] };

const MAXIMUM_LENGTH = 256;
const MAXIMUM_GROUPS = 2000;
const REMEMBERED_ADDRESSES = 100;

function refuse(status: number, message: string, remedy: string): ProxyVerdict {
  return { refusal: { status, title: 'Not signed in', message, remedy } };
}

/** All lines of a header: Node joins them, and a proxy that forgets to remove those of the client adds one. */
function linesOf({ rawHeaders }: IncomingMessage, name: string | null): readonly string[] {
  return rawHeaders.filter(
    (_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name,
  );
}

/** Node reads headers as Latin-1; proxies send UTF-8. */
function decodeText(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  const text = bytes.toString('utf8');
  return text.includes('\uFFFD') ? value : text;
}

/** Pure: what lines that a listed proxy sent mean. */
function judge({ user, groups }: Said, options: ProxyHeaderOptions): ProxyVerdict | Person {
  const remedy = 'Let the proxy replace what clients send, and send each header once.';
  if (user.length !== 1 || groups.length > 1) {
    return refuse(400, 'The proxy tells who asks not at all, or more than once.', remedy);
  }
  const name = decodeText(user[0] ?? '').trim();
  if (name === '' || name.length > MAXIMUM_LENGTH || /[,;\p{C}]/u.test(name)) {
    return refuse(400, 'What the proxy tells is not the name of one person.', remedy);
  }
  const values = (groups[0] ?? '').split(',').slice(0, MAXIMUM_GROUPS);
  const given = values
    .map((value) => decodeText(value).trim())
    .map((value) => (Object.hasOwn(options.roles, value) ? options.roles[value] : undefined))
    .filter((role) => role !== undefined);
  const role = highestRole(given) ?? options.defaultRole;
  if (role !== null) return { name, role };
  const ask = 'Ask an administrator of crmwatch: responder.access.proxy_header.roles decides.';
  return refuse(403, 'The proxy knows you, but none of your groups gives you a role here.', ask);
}

type Person = { readonly name: string; readonly role: Role };

export function createProxyHeader(
  options: ProxyHeaderOptions,
  serverKey: () => Promise<Buffer>,
  logger: Logger,
): ProxyHeader {
  const { userHeader, groupsHeader } = options;
  const networks = createNetworks(options.networks);
  const warned = new Set<string>();

  function warnOnce(address: string): void {
    if (warned.has(address) || warned.size >= REMEMBERED_ADDRESSES) return;
    warned.add(address);
    const remedy = 'if this is your proxy, add it to responder.access.proxy_header.networks';
    logger.warn('A header that says who asks came from an address that is not listed', {
      header: userHeader,
      address,
      remedy,
    });
  }

  async function identityOf({ name, role }: Person): Promise<Identity> {
    // There is no session: the secret of the forms follows from the name, which only the proxy can vouch for.
    const hmac = createHmac('sha256', await serverKey()).update(`form token of ${name}`);
    const actor = `${tellingName(name, options.allowEmail, ['proxy', name])} (proxy)`;
    const formToken = hmac.digest('hex');
    return { actor, role, scopes: null, means: 'proxy', signedIn: true, formToken };
  }

  return {
    async read(request) {
      const said = { user: linesOf(request, userHeader), groups: linesOf(request, groupsHeader) };
      if (said.user.length === 0 && said.groups.length === 0) return 'absent';
      const address = request.socket.remoteAddress ?? '';
      if (!networks.contains(address)) {
        warnOnce(address);
        return 'untrusted';
      }
      const verdict = judge(said, options);
      if (typeof verdict === 'string' || !('name' in verdict)) return verdict;
      return { identity: await identityOf(verdict) };
    },
  };
}

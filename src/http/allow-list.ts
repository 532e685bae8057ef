import { BlockList, isIP } from 'node:net';

/**
 * The list of targets that may be connected to. Everything else is refused, so that a configuration or an
 * answer from outside cannot make crmwatch talk to a machine that nobody meant (server-side request forgery).
 */
export type AllowList = {
  /** Before any look-up: what the URL names. `resolve` means: it depends on the addresses behind the name. */
  checkHost(host: string, port: number): 'allowed' | 'refused' | 'resolve';
  /** After a look-up: one address behind a name. */
  checkAddress(host: string, address: string, port: number): boolean;
};

type Entry = {
  readonly port: number | undefined;
  readonly name?: string;
  readonly network?: BlockList;
};

/** Thrown for an entry that is none: the message says which. */
export class AllowListError extends Error {}

/**
 * Networks that a public name has no business resolving to (IANA special-purpose registries, address families
 * that carry an IPv4 address inside, and 168.63.129.16, a public address behind which a cloud keeps its
 * metadata). Of IPv6 only 2000::/3 is handed out for the public at all. They are reached only when an entry
 * names them.
 */
const SPECIAL_IPV4 = networkOf([
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '168.63.129.16/32', '169.254.0.0/16',
  '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15',
  '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3',
]); // prettier-ignore
/** A list of its own, since Node takes an IPv4 address for a member of ::/3. */
const SPECIAL_IPV6 = networkOf([
  '::/3', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '4000::/2', '8000::/1',
]); // prettier-ignore
const LOOPBACK = networkOf(['127.0.0.0/8', '::1/128']);

/**
 * Entries are host names, addresses or CIDR ranges, each with an optional port: `crm.example.com`,
 * `crm.example.com:8443`, `10.0.0.0/8`, `127.0.0.1:8000`, `[fd00::5]:443`, `fd00::/8`.
 *
 * A listed name may resolve to any public address; to reach an address of a private, loopback or otherwise
 * special network, that network must be listed too (the name `localhost` implies loopback). A name that is not
 * listed is allowed when every address behind it is in a listed network.
 */
export function createAllowList(entries: readonly string[]): AllowList {
  const parsed = entries.map((entry) => parseEntry(entry));
  const hasNetworks = parsed.some((entry) => entry.network !== undefined);

  function isListedName(host: string, port: number): boolean {
    return parsed.some((entry) => entry.name === host && portFits(entry, port));
  }

  function isListedAddress(address: string, port: number): boolean {
    return parsed.some(
      ({ network, ...entry }) =>
        network !== undefined && portFits(entry, port) && contains(network, address),
    );
  }

  return {
    checkHost(host, port) {
      const name = normalizeHost(host);
      const address = plainAddress(name);
      if (isIP(address) !== 0) return isListedAddress(address, port) ? 'allowed' : 'refused';
      return isListedName(name, port) || hasNetworks ? 'resolve' : 'refused';
    },
    checkAddress(host, address, port) {
      const plain = plainAddress(address);
      if (isIP(plain) === 0) return false;
      if (isListedAddress(plain, port)) return true;
      const name = normalizeHost(host);
      if (!isListedName(name, port)) return false;
      return !isSpecial(plain) || (name === 'localhost' && contains(LOOPBACK, plain));
    },
  };
}

/** The entry that allows exactly the host and port of a URL. */
export function allowEntryOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port === '' ? defaultPort(protocol) : port}`;
}

export function defaultPort(protocol: string): number {
  return protocol === 'https:' ? 443 : 80;
}

function portFits(entry: { readonly port: number | undefined }, port: number): boolean {
  return entry.port === undefined || entry.port === port;
}

/** Lower case, without brackets and without the dot that ends a fully qualified name. */
function normalizeHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

/** IPv4 addresses that are written inside IPv6 (::ffff:10.0.0.1) are judged as the IPv4 that they are. */
function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (isIP(bare) !== 6) return bare;
  // The URL parser writes every spelling of an IPv6 address in one way.
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (mapped === null) return canonical;
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function contains(network: BlockList, address: string): boolean {
  return network.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function isSpecial(address: string): boolean {
  return contains(isIP(address) === 6 ? SPECIAL_IPV6 : SPECIAL_IPV4, address);
}

function networkOf(ranges: readonly string[]): BlockList {
  const network = new BlockList();
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/');
    network.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return network;
}

function parseEntry(entry: string): Entry {
  const bracketed = /^\[([^\]]+)\](?:\/(\d{1,3}))?(?::(\d{1,5}))?$/.exec(entry);
  const plain = /^([^:/]+)(?:\/(\d{1,3}))?(?::(\d{1,5}))?$/.exec(entry);
  const colons = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(entry);
  const parts = bracketed ?? plain ?? colons;
  if (parts === null) throw new AllowListError(`"${entry}" is no host, address or network`);
  const [, host = '', bits, portText] = parts;
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) {
    throw new AllowListError(`"${entry}" has no valid port`);
  }
  const family = isIP(host);
  if (family === 0) return { port, name: parseName(entry, host, bits) };
  const widest = family === 6 ? 128 : 32;
  const prefix = bits === undefined ? widest : Number(bits);
  if (prefix > widest) throw new AllowListError(`"${entry}" has no valid prefix length`);
  return { port, network: networkOf([plainIfWhole(host, prefix, widest)]) };
}

/** An entry such as ::ffff:10.0.0.1 means the IPv4 address, as it does in a URL. */
function plainIfWhole(host: string, prefix: number, widest: number): string {
  if (prefix !== widest) return `${host}/${prefix}`;
  const address = plainAddress(host);
  return `${address}/${isIP(address) === 6 ? 128 : 32}`;
}

function parseName(entry: string, host: string, bits: string | undefined): string {
  const url = `http://${host}`;
  if (bits !== undefined || !URL.canParse(url) || !/^[\w.-]+$/.test(host)) {
    throw new AllowListError(`"${entry}" is no host, address or network`);
  }
  const name = normalizeHost(new URL(url).hostname);
  // The URL parser turns 2130706433 and 0x7f.1 into addresses; an entry must say what it means.
  if (isIP(name) !== 0) throw new AllowListError(`write the address ${name} for "${entry}"`);
  return name;
}

import { BlockList, isIP } from 'node:net';

export type Networks = {
  /** Whether an address, as a socket tells it, lies in one of the networks. */
  contains(address: string | undefined): boolean;
};

type Network = {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
};

function parseNetwork(text: string): Network | null {
  const [, address = '', bitsText] = /^([0-9A-Fa-f:.]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return null;
  const widest = version === 6 ? 128 : 32;
  const bits = bitsText === undefined ? widest : Number(bitsText);
  return bits > widest ? null : { address, bits, family: version === 6 ? 'ipv6' : 'ipv4' };
}

/** Whether a text is an address or a network such as `10.0.0.0/8` or `fd00::/8`. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== null;
}

/** Texts that are no networks contain nothing. */
export function createNetworks(texts: readonly string[]): Networks {
  // One list for each family: Node takes an IPv4 address for a member of ::/0.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const network of texts.map(parseNetwork)) {
    if (network === null) continue;
    lists[network.family].addSubnet(network.address, network.bits, network.family);
  }
  return {
    contains(address = '') {
      // A socket that listens on both families tells IPv4 addresses inside IPv6.
      const plain = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1] ?? address.replace(/%.*$/, '');
      const version = isIP(plain);
      if (version === 0) return false;
      const family = version === 6 ? 'ipv6' : 'ipv4';
      return lists[family].check(plain, family);
    },
  };
}

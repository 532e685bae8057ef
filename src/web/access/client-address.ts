import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import { peerOf } from '../listening/peer.ts';
import { createNetworks } from '../networks.ts';

/** From where a request comes, for counting what went wrong; never for deciding who somebody is. */
export type ClientAddress = (request: IncomingMessage) => string;

const MAXIMUM_HOPS = 20;

/**
 * The address of the connection or, when that is a listed proxy, the last one of `X-Forwarded-For` that is not: a proxy
 * adds the address that it saw at the end, so what stands there was not made up by the client.
 */
export function createClientAddress(proxies: readonly string[]): ClientAddress {
  const networks = createNetworks(proxies);
  return (request) => {
    const { address } = peerOf(request.socket);
    if (!networks.contains(address)) return address;
    const hops = String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .slice(-MAXIMUM_HOPS)
      .map((hop) => hop.trim());
    const seen = hops.findLast((hop) => !networks.contains(hop));
    return seen !== undefined && isIP(seen) !== 0 ? seen : address;
  };
}

/** Who has one address of IPv6 has the whole network of 64 bits. */
export function neighbourhoodOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const groups = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [head = '', tail = ''] = groups.split('::');
  const front = head.split(':').filter((group) => group !== '');
  const back = tail.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  return [...front, ...zeros, ...back].slice(0, 4).join(':');
}

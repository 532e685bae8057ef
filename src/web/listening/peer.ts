import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { namesOf } from './client-certificate.ts';

/** Who is at the other end of a connection. */
export type Peer = {
  /** Empty when it is not known. */
  readonly address: string;
  /** Of a certificate that the configured authorities vouch for; null without one. */
  readonly certificate: {
    readonly names: readonly string[];
    readonly commonName: string;
  } | null;
};

type PeerSocket = Partial<
  Pick<TLSSocket, 'remoteAddress' | 'authorized' | 'getPeerX509Certificate'>
>;

/** Streams of HTTP/2 become connections inside this process; this says on which real one each came. */
const origins = new WeakMap<Duplex, PeerSocket>();

export function rememberOrigin(connection: Duplex, socket: PeerSocket): void {
  origins.set(connection, socket);
}

export function peerOf(connection: Duplex): Peer {
  const socket = origins.get(connection) ?? (connection as PeerSocket);
  const address = socket.remoteAddress ?? '';
  const certificate = socket.authorized === true ? socket.getPeerX509Certificate?.() : undefined;
  if (certificate === undefined) return { address, certificate: null };
  const commonName = certificate.toLegacyObject().subject.CN;
  return {
    address,
    certificate: {
      names: namesOf(certificate.subjectAltName),
      commonName: typeof commonName === 'string' ? commonName : '',
    },
  };
}

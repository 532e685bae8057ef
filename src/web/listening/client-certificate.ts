import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { WebTls } from './web-config.ts';

/** The names of one certificate, as `DNS:a, IP Address:1.2.3.4, URI:…`; those with delicate characters are quoted. */
export function namesOf(subjectAltName: string | undefined): readonly string[] {
  const entry = /(?:DNS|IP Address|URI|email):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g;
  return [...(subjectAltName ?? '').matchAll(entry)].map(([, text = '']) => {
    const name = text.startsWith('"') ? (JSON.parse(text) as string) : text;
    return isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
  });
}

/** Why a client must be turned away after its handshake, or undefined when it is welcome. */
export function whyNotWelcome(socket: TLSSocket, tls: WebTls): string | undefined {
  const { clientAuthentication, clientAuthorities, clientNames } = tls;
  if (clientAuthentication === 'none') return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    const isNeeded =
      clientAuthentication === 'require_any' ||
      clientAuthentication === 'require_and_verify' ||
      clientNames !== undefined;
    return isNeeded ? 'it shows no certificate' : undefined;
  }
  const isVerified =
    clientAuthentication === 'verify_if_given' || clientAuthentication === 'require_and_verify';
  // Said here too, because TLS libraries take no authority at all for "the usual ones" all too easily.
  if (isVerified && clientAuthorities?.length === 0) return 'no authority of clients is known';
  if (isVerified && !socket.authorized) return 'its certificate is not trusted';
  if (clientNames === undefined) return undefined;
  const isListed = namesOf(certificate.subjectAltName).some((name) => clientNames.includes(name));
  return isListed ? undefined : 'no name of its certificate is allowed';
}

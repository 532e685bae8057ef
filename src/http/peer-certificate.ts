import type { TLSSocket } from 'node:tls';

import type { CertificateFacts } from './outcome.ts';

/** The facts of the certificate that the other side has shown, or undefined before the handshake. */
export function readCertificate(socket: TLSSocket): CertificateFacts | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  return {
    notBeforeMs: certificate.validFromDate.getTime(),
    notAfterMs: certificate.validToDate.getTime(),
    subject: commonName(certificate.subject),
    issuer: commonName(certificate.issuer),
  };
}

/** The CN of a distinguished name, or the whole name on one line when it has none. */
function commonName(name: string | undefined): string {
  const lines = (name ?? '').split('\n');
  const common = lines.find((line) => line.startsWith('CN='));
  return common?.slice(3) ?? lines.join(', ');
}

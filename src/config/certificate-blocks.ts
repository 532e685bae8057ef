import { X509Certificate } from 'node:crypto';

const BLOCK = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g;

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function listBlocks(pem: string): readonly string[] {
  return [...pem.matchAll(BLOCK)].map(([block]) => block);
}

/** The certificate of a server and those behind it, whatever else is in its file; only the first must be readable. */
export function readChain(pem: string): string {
  const [own, ...others] = listBlocks(pem);
  return [own ?? '', ...others.filter(isCertificate)].join('\n');
}

/**
 * The certificates of a PEM file, each as PEM text of its own. Everything else in it, and a certificate that cannot be
 * read, is passed over as AppendCertsFromPEM of Go's crypto/x509 does, so that the list may be empty.
 */
export function listAuthorities(pem: string): readonly string[] {
  return listBlocks(pem).filter(isCertificate);
}

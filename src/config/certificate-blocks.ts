import { X509Certificate } from 'node:crypto';

const BLOCK = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g;

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** The certificates of a PEM file as they stand there, whatever else is in it. */
export function certificateBlocks(pem: string): readonly string[] {
  return [...pem.matchAll(BLOCK)].map(([block]) => block);
}

/**
 * The certificates of a PEM file, each as PEM text of its own. Everything else in it, and a certificate that cannot be
 * read, is passed over as AppendCertsFromPEM of Go's crypto/x509 does, so that the list may be empty.
 */
export function listAuthorities(pem: string): readonly string[] {
  return certificateBlocks(pem).filter(isCertificate);
}

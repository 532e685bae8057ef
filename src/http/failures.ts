import type { FailureReason } from '../catalog/catalog.ts';
import { RefusedTargetError, systemErrorCode } from '../std/std.ts';
import type { CertificateFacts, Failure } from './outcome.ts';
import type { ConnectionStage } from './phases.ts';

/** Ends a request from our side; the code says why. */
export class RequestEnd extends Error {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

const EXPIRED_CODES = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** OpenSSL's verification results as Node names them (doc/api/tls.md, "X509 certificate error codes"). */
const UNTRUSTED_CODES = new Set([
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'HOSTNAME_MISMATCH',
]);

/** Node's parser stops at the limit of the header section, and at its own for the extensions of chunks. */
const TOO_LARGE_CODES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'answered with more bytes of headers than the limit',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'answered with more bytes of chunk extensions than the limit',
};
const DNS_CODES = new Set(['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EREFUSED', 'EBADNAME']);
const TIMEOUT_CODES = new Set(['ETIMEDOUT', 'ECONNABORTED']);

export type FailureContext = {
  /** Host and port, the only part of a URL that may be written down: paths and queries can hold secrets. */
  readonly place: string;
  readonly stage: ConnectionStage;
  readonly answering: boolean;
  readonly nowMs: number;
  readonly certificate: CertificateFacts | undefined;
};

/** Maps whatever ended a request to exactly one reason. */
export function toFailure(error: unknown, context: FailureContext): Failure {
  if (error instanceof RequestEnd) return { reason: error.reason, detail: error.message };
  const refusal = [error, error instanceof Error ? error.cause : undefined].find(
    (each) => each instanceof RefusedTargetError,
  );
  if (refusal !== undefined) return { reason: 'refused_target', detail: refusal.message };
  const code = codeOf(error);
  const reason = reasonOf(code, context);
  return { reason, detail: describe(reason, code, context) };
}

/** axios wraps errors and AggregateErrors of several addresses carry the code of the last one. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return systemErrorCode(cause) ?? systemErrorCode(error) ?? '';
}

function reasonOf(code: string, context: FailureContext): FailureReason {
  if (EXPIRED_CODES.has(code)) return 'certificate_expired';
  if (UNTRUSTED_CODES.has(code)) {
    // A self-signed certificate is reported as untrusted even when it is out of date as well.
    return isOutsideValidity(context) ? 'certificate_expired' : 'certificate_untrusted';
  }
  if (DNS_CODES.has(code) || code.startsWith('EAI_')) return 'dns';
  if (TIMEOUT_CODES.has(code)) return 'timeout';
  if (Object.hasOwn(TOO_LARGE_CODES, code)) return 'too_large';
  if (code.startsWith('HPE_') || code.startsWith('Z_') || code.startsWith('ERR_STREAM_PREMATURE')) {
    return 'bad_payload';
  }
  if (context.stage === 'tls' || code.startsWith('ERR_SSL_') || code === 'EPROTO') return 'tls';
  if (context.answering) return 'bad_payload';
  return /^E[A-Z]+$/.test(code) ? 'tcp' : 'internal';
}

function isOutsideValidity({ certificate, nowMs }: FailureContext): boolean {
  if (certificate === undefined) return false;
  return nowMs < certificate.notBeforeMs || nowMs > certificate.notAfterMs;
}

function describe(reason: FailureReason, code: string, context: FailureContext): string {
  const { place, certificate } = context;
  if (reason === 'too_large') return `${place} ${TOO_LARGE_CODES[code]}`;
  if (reason === 'bad_payload') return `${place} sent an incomplete or malformed answer (${code})`;
  if (reason === 'certificate_expired' && certificate !== undefined) {
    const from = new Date(certificate.notBeforeMs).toISOString();
    const until = new Date(certificate.notAfterMs).toISOString();
    return `the certificate of ${place} is valid from ${from} until ${until}`;
  }
  return `${place}: ${code === '' ? 'unexpected error' : code}`;
}

import { generate } from 'selfsigned';

import { DAY_MS } from '../invent/times.ts';

export type KeyPair = { readonly key: string; readonly cert: string };

export type Certificates = {
  readonly caCertificatePem: string;
  readonly valid: KeyPair;
  readonly expired: KeyPair;
  /** By an authority that nobody knows. */
  readonly untrusted: KeyPair;
};

export type CertificateName = 'valid' | 'expired' | 'untrusted';

/** Elliptic keys are made in milliseconds, RSA keys would take most of a second each. */
const KEY_OPTIONS = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/**
 * A certificate authority of the sandbox's own and certificates for localhost, 127.0.0.1, ::1
 * and `host`: one by it that is
 * valid for 397 days (the longest that browsers accept), one by it that ended yesterday, and one by another authority.
 */
export async function makeCertificates(nowMs: number, host: string): Promise<Certificates> {
  const authority = await makeAuthority('crmwatch sandbox authority', nowMs);
  const stranger = await makeAuthority('another authority', nowMs);
  async function makeLeaf(fromMs: number, toMs: number, by = authority): Promise<KeyPair> {
    const leaf = await generate([{ name: 'commonName', value: 'crmwatch sandbox' }], {
      ...KEY_OPTIONS,
      ca: { key: by.private, cert: by.cert },
      notBeforeDate: new Date(fromMs),
      notAfterDate: new Date(toMs),
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames: alternativeNames(host) },
      ],
    });
    return { key: leaf.private, cert: leaf.cert };
  }
  return {
    caCertificatePem: `${authority.cert.trim()}\n`,
    valid: await makeLeaf(nowMs - DAY_MS, nowMs + 396 * DAY_MS),
    expired: await makeLeaf(nowMs - 398 * DAY_MS, nowMs - DAY_MS),
    untrusted: await makeLeaf(nowMs - DAY_MS, nowMs + 396 * DAY_MS, stranger),
  };
}

async function makeAuthority(name: string, nowMs: number): ReturnType<typeof generate> {
  return generate([{ name: 'commonName', value: name }], {
    ...KEY_OPTIONS,
    notBeforeDate: new Date(nowMs - 500 * DAY_MS),
    notAfterDate: new Date(nowMs + 500 * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
}

type AlternativeName = { type: 2; value: string } | { type: 7; ip: string };

function alternativeNames(host: string): AlternativeName[] {
  const names = [...new Set(['localhost', '127.0.0.1', '::1', host])];
  return names.map((name) =>
    /^[\d.]+$|:/.test(name) ? { type: 7, ip: name } : { type: 2, value: name },
  );
}

import { generate } from 'selfsigned';

import { DAY_MS } from './invent/times.ts';

export type KeyPair = { readonly key: string; readonly cert: string };

export type Certificates = {
  readonly caCertificatePem: string;
  readonly valid: KeyPair;
  readonly expired: KeyPair;
};

/** Elliptic keys are made in milliseconds, RSA keys would take most of a second each. */
const KEY_OPTIONS = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/**
 * A certificate authority of the sandbox's own and two certificates by it for localhost, 127.0.0.1, ::1
 * and `host`: one valid for 397 days (the longest that browsers accept), one that ended yesterday.
 */
export async function makeCertificates(nowMs: number, host: string): Promise<Certificates> {
  const authority = await generate([{ name: 'commonName', value: 'crmwatch sandbox authority' }], {
    ...KEY_OPTIONS,
    notBeforeDate: new Date(nowMs - 500 * DAY_MS),
    notAfterDate: new Date(nowMs + 500 * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  async function makeLeaf(fromMs: number, toMs: number): Promise<KeyPair> {
    const leaf = await generate([{ name: 'commonName', value: 'crmwatch sandbox' }], {
      ...KEY_OPTIONS,
      ca: { key: authority.private, cert: authority.cert },
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
  };
}

type AlternativeName = { type: 2; value: string } | { type: 7; ip: string };

function alternativeNames(host: string): AlternativeName[] {
  const names = [...new Set(['localhost', '127.0.0.1', '::1', host])];
  return names.map((name) =>
    /^[\d.]+$|:/.test(name) ? { type: 7, ip: name } : { type: 2, value: name },
  );
}

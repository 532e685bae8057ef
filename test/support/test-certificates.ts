import { generate } from 'selfsigned';

export type KeyPair = { readonly key: string; readonly cert: string };
export type TestCertificates = {
  readonly authority: string;
  readonly valid: KeyPair;
  /** Of a client named 127.0.0.1 and localhost. */
  readonly client: KeyPair;
  readonly expired: KeyPair;
  /** By the authority, but for the name other.example alone. */
  readonly otherName: KeyPair;
  /** For localhost and not for its address, and the other way round. */
  readonly byName: KeyPair;
  readonly byAddress: KeyPair;
  /** By nobody that anyone trusts, and out of date. */
  readonly selfSignedExpired: KeyPair;
};

const DAY_MS = 86_400_000;
const KEYS = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/** Certificates for 127.0.0.1 and localhost by an authority made on the spot. */
export async function makeTestCertificates(): Promise<TestCertificates> {
  const nowMs = Date.now();
  const authority = await generate([{ name: 'commonName', value: 'test authority' }], {
    ...KEYS,
    notBeforeDate: new Date(nowMs - 100 * DAY_MS),
    notAfterDate: new Date(nowMs + 100 * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const local = [
    { type: 7 as const, ip: '127.0.0.1' },
    { type: 2 as const, value: 'localhost' },
  ];

  async function leaf(
    toMs: number,
    names: ({ type: 7; ip: string } | { type: 2; value: string })[],
    byAuthority = true,
    usage: { serverAuth?: boolean; clientAuth?: boolean } = { serverAuth: true },
  ): Promise<KeyPair> {
    const made = await generate([{ name: 'commonName', value: 'crm.test' }], {
      ...KEYS,
      ...(byAuthority ? { ca: { key: authority.private, cert: authority.cert } } : {}),
      notBeforeDate: new Date(nowMs - 90 * DAY_MS),
      notAfterDate: new Date(toMs),
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'extKeyUsage', ...usage },
        { name: 'subjectAltName', altNames: names },
      ],
    });
    return { key: made.private, cert: made.cert };
  }

  return {
    authority: authority.cert,
    valid: await leaf(nowMs + 30 * DAY_MS, local),
    client: await leaf(nowMs + 30 * DAY_MS, local, true, { clientAuth: true }),
    expired: await leaf(nowMs - DAY_MS, local),
    otherName: await leaf(nowMs + 30 * DAY_MS, [{ type: 2, value: 'other.example' }]),
    byName: await leaf(nowMs + 30 * DAY_MS, [{ type: 2, value: 'localhost' }]),
    byAddress: await leaf(nowMs + 30 * DAY_MS, [{ type: 7, ip: '127.0.0.1' }]),
    selfSignedExpired: await leaf(nowMs - DAY_MS, local, false),
  };
}

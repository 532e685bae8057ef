import { FAILURE_REASONS } from '../../catalog/catalog.ts';
import type { FailureReason, ProbeKindName } from '../../catalog/catalog.ts';
import type { Failure } from '../../http/http.ts';

/** What a failure was met with. */
export type Circumstances = {
  readonly platform: string;
  /** With the versions that the platform is made for. */
  readonly title: string;
  /** Absent where a platform has no URL. */
  readonly url?: string;
};

type Remedy = (where: Circumstances) => string;

function addressOf({ url }: Circumstances): string {
  return url === undefined ? 'the address' : new URL(url).host;
}

function pageOf({ platform }: Circumstances): string {
  return `docs/connectors/${platform}.md`;
}

const REMEDIES: Readonly<Record<FailureReason, Remedy>> = {
  dns: (where) =>
    `check the spelling of ${addressOf(where)}; a tenant that does not exist has no name either`,
  tcp: (where) =>
    `check the address and the port of ${addressOf(where)}, and that no firewall keeps this machine from it`,
  tls: (where) =>
    `${addressOf(where)} may speak plain HTTP: take the port that speaks TLS, or write http:// if nothing else is there`,
  certificate_expired: () =>
    'have the certificate renewed; if its dates are right, the clock of this machine is wrong',
  certificate_untrusted: () =>
    'write the name that the certificate is for, or trust the authority that signed it: --set tls.ca_file=FILE, as PEM',
  authentication: (where) =>
    `check that the secret is the one of today, that it belongs to this account and method, and that the tenant is the right one; see ${pageOf(where)}`,
  authorization: (where) =>
    `give the account this right and no other: ${pageOf(where)}, "The monitoring identities"`,
  rate_limited: () => 'wait a minute, and run it again',
  quota_exhausted: () => 'wait until the allowance begins anew, or raise it, and run it again',
  not_found: ({ title }) =>
    `check the path and the tenant in the address, and that this is ${title}: the API is looked for below what is given`,
  server_error: () => 'look into the log of the CRM, and run it again when it is well',
  database_unavailable: () =>
    'check the name of the database, and that it runs; run it again when it does',
  timeout: (where) =>
    `check the address: behind a firewall nothing answers at all; if ${addressOf(where)} is only slow, give it more time: --timeout 30s`,
  bad_payload: ({ title }) =>
    `check that the address is that of the CRM (${title}) and of no log-in page, proxy or redirect before it`,
  schema_changed: ({ title }) =>
    `the answer is not that of ${title}: check platform, version and the paths and names in the connection`,
  too_large: () => 'raise answer_limits.bytes: --set answer_limits.bytes=67108864',
  refused_target: () =>
    "a name that leads to a private address needs its network: --set 'allow_networks=[10.0.0.0/8]'",
  internal: () => 'report this as a defect of crmwatch, please',
};

/** How http shows itself where https is spoken: a redirect, a path that is not there, a connection that is cut. */
const OF_THE_SCHEME: readonly FailureReason[] = ['bad_payload', 'not_found', 'tcp'];

function isSchemeInDoubt({ reason, detail }: Failure, { url = '' }: Circumstances): boolean {
  if (!url.startsWith('http:') || !OF_THE_SCHEME.includes(reason)) return false;
  return !detail.includes('ECONNREFUSED');
}

/** The path to the CRM itself is in question, which the other reasons for the same failure are not. */
function remedyOfReachability(failure: Failure, where: Circumstances): string {
  const { reason } = failure;
  if (reason === 'authentication' || reason === 'authorization') {
    return `nothing was asked that needs an account: check the path and the tenant in the address, that this is ${where.title}, and that no proxy asks for a password before it`;
  }
  const remedy = REMEDIES[reason](where);
  if (!isSchemeInDoubt(failure, where)) return remedy;
  const secure = where.url?.replace('http:', 'https:');
  return `the address begins with http://, which servers redirect or cut off where they speak TLS: try ${secure}; or else ${remedy}`;
}

/** What to do about a failure of a probe. */
export function remedyOf(kind: ProbeKindName, failure: Failure, where: Circumstances): string {
  if (kind === 'reachability') return remedyOfReachability(failure, where);
  if (kind === 'data_quality' && failure.reason === 'not_found') {
    return 'name the object as the CRM does, under objects in the connection, or leave it out; the account may also not see it';
  }
  return REMEDIES[failure.reason](where);
}

/** A sentence about a failure, for people. */
export function sentenceOf(kind: ProbeKindName, { reason, detail }: Failure): string {
  return `${kind}: ${FAILURE_REASONS[reason]} (${reason}: ${plain(detail)})`;
}
/** What to do about a measurement that is unknown; undefined when nothing can be done. */
export function remedyOfUnknown(reason: string, where: Circumstances): string | undefined {
  if (reason === 'not_permitted') return REMEDIES.authorization(where);
  if (reason !== 'not_configured') return undefined;
  return `say in the connection where to look: ${pageOf(where)}`;
}

/** On one line, and without what a terminal would take for a command. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
}

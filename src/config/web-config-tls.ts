import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { describeFileError } from '../std/std.ts';
import type { ClientAuthentication, WebTls } from '../web/web.ts';
import { listAuthorities, readChain } from './certificate-blocks.ts';
import type { ReportWebProblem } from './web-config-problems.ts';
import type { TlsSection } from './web-config-tls-section.ts';
import { CLIENT_AUTHENTICATIONS, listNames } from './web-config-values.ts';

type Context = {
  readonly folder: string;
  readonly report: ReportWebProblem;
  /** Told of every file that is read, so that a change of it is noticed. */
  readonly noteFile: (path: string) => void;
};

const PLACE = 'tls_server_config';

function readPem(
  { texts }: TlsSection,
  key: 'cert' | 'key' | 'client_ca',
  unreadable: 'certificate_unreadable' | 'key_unreadable' | 'client_authority_unreadable',
  { folder, report, noteFile }: Context,
): string | undefined {
  const file = texts[`${key}_file`];
  if (file === '') return texts[key];
  const path = isAbsolute(file) ? file : join(folder, file);
  noteFile(path);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const remedy =
      'name a PEM file that this user may read; names count from the folder of this file';
    report(unreadable, `${PLACE}.${key}_file`, describeFileError(path, error), remedy);
    return undefined;
  }
}

/** Below it OpenSSL does not serve at its ordinary level of security, though Go does from 1024 bits. */
const SHORTEST_RSA_BITS = 2048;
/** Go knows no others. */
const CURVES_OF_KEYS = ['prime256v1', 'secp224r1', 'secp384r1', 'secp521r1'];

function whyUnfit({
  asymmetricKeyType: type,
  asymmetricKeyDetails,
}: KeyObject): string | undefined {
  const { namedCurve = '', modulusLength = 0 } = asymmetricKeyDetails ?? {};
  const isKnown =
    type === 'rsa' || type === 'ed25519' || (type === 'ec' && CURVES_OF_KEYS.includes(namedCurve));
  if (!isKnown) return 'this kind of key cannot be used';
  return type === 'rsa' && modulusLength < SHORTEST_RSA_BITS
    ? `the key has ${modulusLength} bits, and RSA needs ${SHORTEST_RSA_BITS}`
    : undefined;
}

/** What is wrong with certificate and key: they must be what they say they are, belong together, and serve. */
function whyNoPair(certificate: string, key: string): string | undefined {
  try {
    const privateKey = createPrivateKey(key);
    return new X509Certificate(certificate).checkPrivateKey(privateKey)
      ? whyUnfit(privateKey)
      : 'the key does not belong to the certificate';
  } catch {
    // What OpenSSL says of a key that it cannot read may quote some of it.
    return 'the certificate or the key is no PEM that can be read';
  }
}

function reportMissing(isCertificate: boolean, report: ReportWebProblem): void {
  if (isCertificate) {
    const remedy = 'name the certificate of this server';
    report('certificate_missing', PLACE, 'there is neither cert nor cert_file', remedy);
  } else {
    const remedy = 'name the private key of the certificate';
    report('key_missing', PLACE, 'there is neither key nor key_file', remedy);
  }
}

function clientAuthenticationOf(
  { texts }: TlsSection,
  hasAuthority: boolean,
  report: ReportWebProblem,
): ClientAuthentication {
  const policy = texts.client_auth_type;
  const found = CLIENT_AUTHENTICATIONS.get(policy);
  if (found === undefined) {
    const message = `"${policy}" is no way to authenticate clients`;
    const remedy = listNames(CLIENT_AUTHENTICATIONS);
    report('client_authentication', `${PLACE}.client_auth_type`, message, remedy);
  } else if (hasAuthority && found === 'none') {
    const message = 'there is an authority for clients, and no client is asked for a certificate';
    const remedy = 'add client_auth_type: RequireAndVerifyClientCert';
    report('client_authority_unused', PLACE, message, remedy);
  }
  return found ?? 'require_and_verify';
}

/** What the owner should hear: that the file lets no client in, which can hardly be meant. */
function warningAboutClients(
  authorities: readonly string[] | undefined,
  authentication: ClientAuthentication,
): string | undefined {
  if (authorities?.length !== 0) return undefined;
  if (authentication === 'require_and_verify')
    return 'client_ca holds no certificate, so no client is let in';
  return authentication === 'verify_if_given'
    ? 'client_ca holds no certificate, so no client that shows one is let in'
    : undefined;
}

/** Reads the files that the section names; problems are reported, and then the value is of no use. */
export function decodeTls(section: TlsSection, context: Context): WebTls {
  const { report } = context;
  const { texts, ciphers, curves, clientNames, minimumVersion, maximumVersion } = section;
  const has = (key: 'cert' | 'key' | 'client_ca'): boolean =>
    texts[key] !== '' || texts[`${key}_file`] !== '';
  if (!has('cert') || !has('key')) reportMissing(!has('cert'), report);
  const certificate = readPem(section, 'cert', 'certificate_unreadable', context);
  const key = readPem(section, 'key', 'key_unreadable', context);
  const chain = readChain(certificate ?? '');
  if (has('cert') && has('key') && certificate !== undefined && key !== undefined) {
    const why = whyNoPair(chain, key);
    const remedy = 'give the certificate in PEM form and the private key that it was made for';
    if (why !== undefined) report('key_pair', PLACE, why, remedy);
  }
  const pem = readPem(section, 'client_ca', 'client_authority_unreadable', context);
  // Who names a file has chosen whom to trust, though it may name nobody.
  const clientAuthorities = has('client_ca') ? listAuthorities(pem ?? '') : undefined;
  const clientAuthentication = clientAuthenticationOf(section, has('client_ca'), report);
  const warning = warningAboutClients(clientAuthorities, clientAuthentication);
  return {
    certificate: chain,
    key: key ?? '',
    ...(clientAuthorities === undefined ? {} : { clientAuthorities }),
    clientAuthentication,
    ...(warning === undefined ? {} : { warning }),
    ...(clientNames === undefined ? {} : { clientNames }),
    minimumVersion,
    maximumVersion,
    ...(ciphers === undefined ? {} : { ciphers }),
    prefersServerCiphers: section.prefersServerCiphers,
    ...(curves === undefined ? {} : { curves }),
  };
}

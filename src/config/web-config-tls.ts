import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { describeFileError } from '../std/std.ts';
import type { TlsVersion, WebTls } from '../web/web.ts';
import { listAuthorities } from './client-authorities.ts';
import type { ReportWebProblem } from './web-config-problems.ts';
import { CIPHERS, CLIENT_AUTHENTICATIONS, CURVES, TLS_VERSIONS } from './web-config-values.ts';

/** `tls_server_config` with its scalars as text. */
export type TlsSection = {
  readonly text: (key: string) => string;
  readonly list: (key: string) => readonly string[] | undefined;
  readonly prefersServerCiphers: boolean;
};

type Context = {
  readonly folder: string;
  readonly report: ReportWebProblem;
  /** Told of every file that is read, so that a change of it is noticed. */
  readonly noteFile: (path: string) => void;
};

const PLACE = 'tls_server_config';

function listed(names: Iterable<string>): string {
  return `write one of: ${[...names].filter((name) => name !== '').join(', ')}`;
}

function readPem(
  section: TlsSection,
  key: 'cert' | 'key' | 'client_ca',
  unreadable: 'certificate_unreadable' | 'key_unreadable' | 'client_authority_unreadable',
  { folder, report, noteFile }: Context,
): string {
  const file = section.text(`${key}_file`);
  if (file === '') return section.text(key);
  const path = isAbsolute(file) ? file : join(folder, file);
  noteFile(path);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const remedy =
      'name a PEM file that this user may read; names count from the folder of this file';
    report(unreadable, `${PLACE}.${key}_file`, describeFileError(path, error), remedy);
    return '';
  }
}

/** Certificate and key must be what they say they are, and belong together. */
function checkKeyPair(certificate: string, key: string, report: ReportWebProblem): void {
  const remedy = 'give the certificate in PEM form and the private key that it was made for';
  try {
    const isPair = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
    if (isPair) return;
    report('key_pair', PLACE, 'the key does not belong to the certificate', remedy);
  } catch {
    // What OpenSSL says of a key that it cannot read may quote some of it.
    report('key_pair', PLACE, 'the certificate or the key is no PEM that can be read', remedy);
  }
}

function mapped(
  section: TlsSection,
  key: string,
  known: ReadonlyMap<string, string>,
  kind: 'unknown_cipher' | 'unknown_curve',
  report: ReportWebProblem,
): readonly string[] | undefined {
  const names = section.list(key);
  if (names === undefined || names.length === 0) return undefined;
  for (const [index, name] of names.entries()) {
    if (known.has(name)) continue;
    report(kind, `${PLACE}.${key}[${index}]`, `"${name}" is not known`, listed(known.keys()));
  }
  return names.map((name) => known.get(name) ?? '');
}

function versionOf(
  section: TlsSection,
  key: 'min_version' | 'max_version',
  fallback: TlsVersion,
  report: ReportWebProblem,
): TlsVersion {
  const name = section.text(key);
  const version = name === '' ? fallback : TLS_VERSIONS.get(name);
  if (version !== undefined) return version;
  const message = `"${name}" is no version of TLS`;
  report('unknown_tls_version', `${PLACE}.${key}`, message, listed(TLS_VERSIONS.keys()));
  return fallback;
}

const ENABLING_KEYS = [
  'cert',
  'cert_file',
  'key',
  'key_file',
  'client_ca',
  'client_ca_file',
  'client_auth_type',
];

/** TLS is on as soon as one of these is written; then certificate and key must be there too. */
export function isTlsWanted(section: TlsSection): boolean {
  return ENABLING_KEYS.some((key) => section.text(key) !== '');
}

/** Reads the section and the files that it names; problems are reported, and then the value is of no use. */
export function decodeTls(section: TlsSection, context: Context): WebTls {
  const { report } = context;
  const has = (key: string): boolean =>
    section.text(key) !== '' || section.text(`${key}_file`) !== '';
  const ciphers = mapped(section, 'cipher_suites', CIPHERS, 'unknown_cipher', report);
  const curves = mapped(section, 'curve_preferences', CURVES, 'unknown_curve', report);
  const minimumVersion = versionOf(section, 'min_version', 'TLSv1.2', report);
  const maximumVersion = versionOf(section, 'max_version', 'TLSv1.3', report);
  if (!has('cert')) {
    report(
      'certificate_missing',
      PLACE,
      'there is neither cert nor cert_file',
      'name the certificate of this server',
    );
  } else if (!has('key')) {
    report(
      'key_missing',
      PLACE,
      'there is neither key nor key_file',
      'name the private key of the certificate',
    );
  }
  const certificate = readPem(section, 'cert', 'certificate_unreadable', context);
  const key = readPem(section, 'key', 'key_unreadable', context);
  if (certificate !== '' && key !== '') checkKeyPair(certificate, key, report);
  const clientAuthorities = readPem(section, 'client_ca', 'client_authority_unreadable', context);
  const policy = section.text('client_auth_type');
  const clientAuthentication = CLIENT_AUTHENTICATIONS.get(policy);
  if (clientAuthentication === undefined) {
    const message = `"${policy}" is no way to authenticate clients`;
    report(
      'client_authentication',
      `${PLACE}.client_auth_type`,
      message,
      listed(CLIENT_AUTHENTICATIONS.keys()),
    );
  } else if (has('client_ca') && clientAuthentication === 'none') {
    const message = 'there is an authority for clients, and no client is asked for a certificate';
    report(
      'client_authority_unused',
      PLACE,
      message,
      'add client_auth_type: RequireAndVerifyClientCert',
    );
  }
  const clientNames = section.list('client_allowed_sans');
  return {
    certificate,
    key,
    // Who names a file has chosen whom to trust, though it may name nobody.
    ...(has('client_ca') ? { clientAuthorities: listAuthorities(clientAuthorities) } : {}),
    clientAuthentication: clientAuthentication ?? 'require_and_verify',
    ...(clientNames === undefined ? {} : { clientNames }),
    minimumVersion,
    maximumVersion,
    ...(ciphers === undefined ? {} : { ciphers }),
    prefersServerCiphers: section.prefersServerCiphers,
    ...(curves === undefined ? {} : { curves }),
  };
}

import type { TlsVersion } from '../web/web.ts';
import type { GoNode } from './go-yaml.ts';
import { fieldsOf, isNull, itemsOf, textOf } from './web-config-fields.ts';
import type { ReportWebProblem } from './web-config-problems.ts';
import { flagOf, nameOf } from './web-config-scalars.ts';
import { CIPHERS, CURVES, TLS_VERSIONS, listNames } from './web-config-values.ts';

const TEXT_KEYS = [
  'cert', 'key', 'client_ca', 'cert_file', 'key_file', 'client_auth_type', 'client_ca_file',
] as const; // prettier-ignore
export type TlsTextKey = (typeof TEXT_KEYS)[number];

const KEYS = [
  ...TEXT_KEYS, 'cipher_suites', 'curve_preferences', 'min_version', 'max_version', 'prefer_server_cipher_suites',
  'client_allowed_sans',
] as const; // prettier-ignore

const PLACE = 'tls_server_config';

/** `tls_server_config` as it stands in the file; what it names is not looked at. */
export type TlsSection = {
  readonly texts: Readonly<Record<TlsTextKey, string>>;
  readonly ciphers: readonly string[] | undefined;
  readonly curves: readonly string[] | undefined;
  readonly minimumVersion: TlsVersion;
  readonly maximumVersion: TlsVersion;
  readonly clientNames: readonly string[] | undefined;
  readonly prefersServerCiphers: boolean;
};

function knownNames(
  node: GoNode,
  key: 'cipher_suites' | 'curve_preferences',
  report: ReportWebProblem,
): readonly string[] | undefined {
  const [known, kind] =
    key === 'cipher_suites'
      ? ([CIPHERS, 'unknown_cipher'] as const)
      : ([CURVES, 'unknown_curve'] as const);
  const items = itemsOf(node, `${PLACE}.${key}`, report);
  if (items === undefined || items.length === 0) return undefined;
  return items.flatMap((item, index) => {
    const place = `${PLACE}.${key}[${index}]`;
    // An item that is no text is reported, and is no name either.
    const name = item.kind === 'scalar' ? nameOf(item, place, report) : undefined;
    if (item.kind !== 'scalar') textOf(item, place, report);
    if (name === undefined) return [];
    const found = known.get(name);
    if (found === undefined) report(kind, place, `"${name}" is not known`, listNames(known));
    return found ?? [];
  });
}

function versionOf(
  node: GoNode,
  key: 'min_version' | 'max_version',
  report: ReportWebProblem,
): TlsVersion | undefined {
  const place = `${PLACE}.${key}`;
  if (node.kind !== 'scalar') textOf(node, place, report);
  const name = node.kind === 'scalar' ? nameOf(node, place, report) : undefined;
  const version = name === undefined ? undefined : TLS_VERSIONS.get(name);
  if (name !== undefined && version === undefined) {
    report('unknown_tls_version', place, `"${name}" is no version of TLS`, listNames(TLS_VERSIONS));
  }
  return version;
}

/** Reads the section; names of ciphers, curves and versions in the order of the file, since the first bad one counts. */
export function readTlsSection(node: GoNode | undefined, report: ReportWebProblem): TlsSection {
  const fields = fieldsOf(node, PLACE, KEYS, report);
  const at = (key: string): string => `${PLACE}.${key}`;
  const lists: Partial<Record<'cipher_suites' | 'curve_preferences', readonly string[]>> = {};
  const versions: Partial<Record<'min_version' | 'max_version', TlsVersion>> = {};
  for (const [key, value] of fields) {
    if (key === 'cipher_suites' || key === 'curve_preferences') {
      const names = knownNames(value, key, report);
      if (names !== undefined) lists[key] = names;
    } else if (key === 'min_version' || key === 'max_version') {
      const version = versionOf(value, key, report);
      if (version !== undefined) versions[key] = version;
    }
  }
  const names = itemsOf(fields.get('client_allowed_sans'), at('client_allowed_sans'), report);
  const texts = TEXT_KEYS.map((key) => [key, textOf(fields.get(key), at(key), report)] as const);
  const prefers = fields.get('prefer_server_cipher_suites');
  return {
    texts: Object.fromEntries(texts) as Record<TlsTextKey, string>,
    ciphers: lists.cipher_suites,
    // A list of nothing but empty items leaves no curve, which no client could agree to.
    curves: lists.curve_preferences?.length === 0 ? undefined : lists.curve_preferences,
    minimumVersion: versions.min_version ?? 'TLSv1.2',
    maximumVersion: versions.max_version ?? 'TLSv1.3',
    clientNames: names?.map((item, index) =>
      textOf(item, `${at('client_allowed_sans')}[${index}]`, report),
    ),
    prefersServerCiphers:
      isNull(prefers) || flagOf(prefers, at('prefer_server_cipher_suites'), true, report),
  };
}

/** TLS is on as soon as one of its texts is written; then certificate and key must be there too. */
export function isTlsWanted({ texts }: TlsSection): boolean {
  return TEXT_KEYS.some((key) => texts[key] !== '');
}

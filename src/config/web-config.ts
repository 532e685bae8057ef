import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describeFileError } from '../std/std.ts';
import type { RateLimit, WebConfig } from '../web/web.ts';
import type { ReportWebProblem, WebConfigProblem } from './web-config-problems.ts';
import { decodeTls, isTlsWanted } from './web-config-tls.ts';
import type { TlsSection } from './web-config-tls.ts';
import { HEADERS, HTTP2_CIPHERS, isBcryptHash, parseGoDurationMs } from './web-config-values.ts';
import { parseYaml } from './yaml.ts';

export type WebConfigResult =
  | { readonly ok: true; readonly config: WebConfig; readonly files: readonly string[] }
  | {
      readonly ok: false;
      readonly problems: readonly WebConfigProblem[];
      readonly files: readonly string[];
    };

type Section = Readonly<Record<string, unknown>>;

const KEYS = {
  '': ['tls_server_config', 'http_server_config', 'basic_auth_users', 'rate_limit'],
  tls_server_config: [
    'cert', 'key', 'client_ca', 'cert_file', 'key_file', 'client_auth_type', 'client_ca_file', 'cipher_suites',
    'curve_preferences', 'min_version', 'max_version', 'prefer_server_cipher_suites', 'client_allowed_sans',
  ],
  http_server_config: ['http2', 'headers'],
  rate_limit: ['interval', 'burst'],
} as const; // prettier-ignore

/** A map of the file; nothing where it stands empty. */
function sectionOf(value: unknown, place: string, report: ReportWebProblem): Section {
  if (value === null || value === undefined) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Section;
  report(
    'not_understood',
    place,
    'here stands a value where a map of keys is expected',
    'see docs/exporter/web.md',
  );
  return {};
}

function refuseUnknownKeys(
  section: Section,
  place: keyof typeof KEYS,
  report: ReportWebProblem,
): void {
  const known: readonly string[] = KEYS[place];
  for (const key of Object.keys(section)) {
    if (known.includes(key)) continue;
    const at = place === '' ? key : `${place}.${key}`;
    report('not_understood', at, 'this key is not known', `write one of: ${known.join(', ')}`);
  }
}

/** Any scalar is a text in this format; `1` means "1". */
function textOf(value: unknown, place: string, report: ReportWebProblem): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  report(
    'not_understood',
    place,
    'here stands a list or a map where a text is expected',
    'write a text',
  );
  return '';
}

/** Exporters of Prometheus read YAML 1.1, where these are flags, too. */
const YAML_1_1_FLAGS: ReadonlyMap<unknown, boolean> = new Map(
  [
    'y',
    'Y',
    'yes',
    'Yes',
    'YES',
    'on',
    'On',
    'ON',
    'n',
    'N',
    'no',
    'No',
    'NO',
    'off',
    'Off',
    'OFF',
  ].map((word) => [word, /^(y|on)/i.test(word)] as const),
);

function flagOf(
  value: unknown,
  place: string,
  fallback: boolean,
  report: ReportWebProblem,
): boolean {
  if (value === null || value === undefined) return fallback;
  if (typeof value === 'boolean') return value;
  const flag = YAML_1_1_FLAGS.get(value);
  if (flag !== undefined) return flag;
  report('not_understood', place, 'this is neither true nor false', 'write true or false');
  return fallback;
}

function tlsSection(value: unknown, report: ReportWebProblem): TlsSection {
  const section = sectionOf(value, 'tls_server_config', report);
  refuseUnknownKeys(section, 'tls_server_config', report);
  const at = (key: string): string => `tls_server_config.${key}`;
  return {
    text: (key) => textOf(section[key], at(key), report),
    list(key) {
      const items = section[key];
      if (items === null || items === undefined) return undefined;
      if (Array.isArray(items)) {
        return items.map((item: unknown, index) => textOf(item, `${at(key)}[${index}]`, report));
      }
      report('not_understood', at(key), 'this is no list', 'write a list, an item a line');
      return undefined;
    },
    prefersServerCiphers: flagOf(
      section['prefer_server_cipher_suites'],
      at('prefer_server_cipher_suites'),
      true,
      report,
    ),
  };
}

function headersOf(value: unknown, report: ReportWebProblem): Readonly<Record<string, string>> {
  const place = 'http_server_config.headers';
  const headers: Record<string, string> = {};
  for (const [name, item] of Object.entries(sectionOf(value, place, report))) {
    const text = textOf(item, `${place}.${name}`, report);
    const allowed = HEADERS.get(name);
    if (allowed === undefined) {
      const remedy = `only these can: ${[...HEADERS.keys()].join(', ')}`;
      report(
        'header_not_configurable',
        `${place}.${name}`,
        'this header cannot be configured',
        remedy,
      );
    } else if (allowed !== null && !allowed.includes(text)) {
      const remedy = `write ${allowed.join(' or ')}`;
      report('header_value', `${place}.${name}`, `"${text}" is no value of this header`, remedy);
    } else if (text !== '') headers[name] = text;
  }
  return headers;
}

function usersOf(value: unknown, report: ReportWebProblem): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const [name, item] of Object.entries(sectionOf(value, 'basic_auth_users', report))) {
    const place = `basic_auth_users.${name}`;
    const hash = textOf(item, place, report);
    users.set(name, hash);
    if (isBcryptHash(hash)) continue;
    // It may be the password itself, so it is not repeated.
    const remedy = 'write what `htpasswd -nBC 10 "" | tr -d \':\\n\'` prints for the password';
    report('password_hash', place, 'this is no bcrypt hash', remedy);
  }
  return users;
}

function rateLimitOf(value: unknown, report: ReportWebProblem): RateLimit | undefined {
  const section = sectionOf(value, 'rate_limit', report);
  refuseUnknownKeys(section, 'rate_limit', report);
  const { interval = 0, burst = 0 } = section;
  const intervalMs = parseGoDurationMs(interval ?? 0);
  if (intervalMs === undefined) {
    report(
      'not_understood',
      'rate_limit.interval',
      'this is no duration',
      'write one such as 500ms or 1s; 0 is no limit',
    );
  }
  if (!Number.isSafeInteger(burst ?? 0)) {
    report(
      'not_understood',
      'rate_limit.burst',
      'this is no whole number',
      'write how many requests may come at once',
    );
  }
  if (intervalMs === undefined || intervalMs === 0) return undefined;
  return { intervalMs, burst: Number(burst ?? 0) };
}

/** HTTP/2 over TLS 1.2 needs a certain cipher; a server that offered it without could not be spoken to. */
function checkHttp2(config: WebConfig, report: ReportWebProblem): void {
  const { tls, http2 } = config;
  if (!http2 || tls?.ciphers === undefined || tls.minimumVersion === 'TLSv1.3') return;
  if (tls.ciphers.some((cipher) => HTTP2_CIPHERS.includes(cipher))) return;
  report(
    'http2_cipher',
    'tls_server_config.cipher_suites',
    'HTTP/2 needs TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 or TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'add one of them, or write http2: false under http_server_config',
  );
}

/** Reads a web configuration file and all files it names: the configuration, or every problem at once. */
export function readWebConfig(path: string): WebConfigResult {
  const problems: WebConfigProblem[] = [];
  const files = new Set([resolve(path)]);
  const report: ReportWebProblem = (kind, place, message, remedy) =>
    void problems.push({ kind, place, message, remedy });
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    report(
      'unreadable_file',
      path,
      describeFileError(path, error),
      'name a file that this user may read',
    );
  }
  const isEmpty = /^(\s*(#.*)?\n?)*$/.test(text);
  const parsed = isEmpty ? ({ ok: true, value: {} } as const) : parseYaml(text, path);
  if (!parsed.ok) {
    const { place, message, remedy } = parsed.problem;
    report('not_understood', place, message, remedy);
    return { ok: false, problems, files: [...files] };
  }
  const root = sectionOf(parsed.value, path, report);
  refuseUnknownKeys(root, '', report);
  const http = sectionOf(root['http_server_config'], 'http_server_config', report);
  refuseUnknownKeys(http, 'http_server_config', report);
  const users = usersOf(root['basic_auth_users'], report);
  const section = tlsSection(root['tls_server_config'], report);
  const rateLimit = rateLimitOf(root['rate_limit'], report);
  const context = {
    folder: dirname(resolve(path)),
    report,
    noteFile: (file: string) => void files.add(file),
  };
  const config: WebConfig = {
    ...(isTlsWanted(section) ? { tls: decodeTls(section, context) } : {}),
    http2: flagOf(http['http2'], 'http_server_config.http2', true, report),
    headers: headersOf(http['headers'], report),
    users,
    ...(rateLimit === undefined ? {} : { rateLimit }),
  };
  if (problems.length === 0) checkHttp2(config, report);
  return problems.length === 0
    ? { ok: true, config, files: [...files] }
    : { ok: false, problems, files: [...files] };
}

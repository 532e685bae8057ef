import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describeFileError } from '../std/std.ts';
import type { RateLimit, WebConfig } from '../web/web.ts';
import { readBcryptHash } from './bcrypt-hashes.ts';
import { parseGoYaml } from './go-yaml.ts';
import type { GoNode } from './go-yaml.ts';
import { fieldsOf, isNull, textOf } from './web-config-fields.ts';
import { inOrderOfDiscovery } from './web-config-problems.ts';
import type { ReportWebProblem, WebConfigProblem } from './web-config-problems.ts';
import { durationMsOf, flagOf, integerOf } from './web-config-scalars.ts';
import { isTlsWanted, readTlsSection } from './web-config-tls-section.ts';
import { decodeTls } from './web-config-tls.ts';
import { HEADERS, HTTP2_CIPHERS } from './web-config-values.ts';

export type WebConfigResult =
  | { readonly ok: true; readonly config: WebConfig; readonly files: readonly string[] }
  | {
      readonly ok: false;
      readonly problems: readonly WebConfigProblem[];
      readonly files: readonly string[];
    };

const SECTIONS = ['tls_server_config', 'http_server_config', 'basic_auth_users', 'rate_limit'];

/** The value as HTTP can carry it: in bytes of UTF-8, and with a space for what would end the line, as in Go. */
function toHeaderValue(text: string): string {
  const bytes = Buffer.from(text).toString('latin1');
  // All but what may stand in a line: a tab, printable ASCII and the bytes above it.
  return bytes.replaceAll(/[^\t -~\x80-\xff]/g, ' ').trim();
}

function headersOf(
  node: GoNode | undefined,
  report: ReportWebProblem,
): Readonly<Record<string, string>> {
  const place = 'http_server_config.headers';
  const headers: Record<string, string> = {};
  for (const [name, item] of fieldsOf(node, place, null, report)) {
    const at = `${place}.${name}`;
    const text = textOf(item, at, report);
    const allowed = HEADERS.get(name);
    if (allowed === undefined) {
      const remedy = `only these can: ${[...HEADERS.keys()].join(', ')}`;
      report('header_not_configurable', at, 'this header cannot be configured', remedy);
    } else if (allowed !== null && !allowed.includes(text)) {
      const remedy = `write ${allowed.join(' or ')}`;
      report('header_value', at, `${JSON.stringify(text)} is no value of this header`, remedy);
    } else if (text !== '') headers[name] = toHeaderValue(text);
  }
  return headers;
}

function usersOf(node: GoNode | undefined, report: ReportWebProblem): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const [name, item] of fieldsOf(node, 'basic_auth_users', null, report)) {
    const place = `basic_auth_users.${name}`;
    const hash = readBcryptHash(textOf(item, place, report));
    users.set(name, hash ?? '');
    if (hash !== undefined) continue;
    // It may be the password itself, so it is not repeated.
    const remedy = 'write what `htpasswd -nBC 10 "" | tr -d \':\\n\'` prints for the password';
    report('password_hash', place, 'this is no bcrypt hash', remedy);
  }
  return users;
}

/** A time of 0 is no limit, and neither is one before 0, as in Go. */
function rateLimitOf(node: GoNode | undefined, report: ReportWebProblem): RateLimit | undefined {
  const fields = fieldsOf(node, 'rate_limit', ['interval', 'burst'], report);
  const intervalMs = durationMsOf(fields.get('interval'), 'rate_limit.interval', report);
  const burst = integerOf(fields.get('burst'), 'rate_limit.burst', report);
  return intervalMs > 0 ? { intervalMs, burst } : undefined;
}

function httpOf(
  node: GoNode | undefined,
  report: ReportWebProblem,
): Pick<WebConfig, 'http2' | 'headers'> {
  const fields = fieldsOf(node, 'http_server_config', ['http2', 'headers'], report);
  // A section that is there and empty turns HTTP/2 off, which is what Go makes of it.
  const isThere = node !== undefined;
  const http2 = flagOf(fields.get('http2'), 'http_server_config.http2', true, report);
  return {
    http2: http2 && !(isThere && isNull(node)),
    headers: headersOf(fields.get('headers'), report),
  };
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

function readFile(path: string, report: ReportWebProblem): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const remedy = 'name a file that this user may read';
    report('unreadable_file', path, describeFileError(path, error), remedy);
    return new Uint8Array();
  }
}

/** Reads a web configuration file and all files it names: the configuration, or every problem at once. */
export function readWebConfig(path: string): WebConfigResult {
  const problems: WebConfigProblem[] = [];
  const files = new Set([resolve(path)]);
  const report: ReportWebProblem = (kind, place, message, remedy) =>
    void problems.push({ kind, place, message, remedy });
  const parsed = parseGoYaml(readFile(path, report), path);
  if (!parsed.ok) {
    const { place, message, remedy } = parsed.problem;
    report('not_understood', place, message, remedy);
    return { ok: false, problems, files: [...files] };
  }
  const root = fieldsOf(parsed.node, '', SECTIONS, report);
  const users = usersOf(root.get('basic_auth_users'), report);
  const section = readTlsSection(root.get('tls_server_config'), report);
  const rateLimit = rateLimitOf(root.get('rate_limit'), report);
  const context = {
    folder: dirname(resolve(path)),
    report,
    noteFile: (file: string) => void files.add(file),
  };
  const config: WebConfig = {
    ...(isTlsWanted(section) ? { tls: decodeTls(section, context) } : {}),
    ...httpOf(root.get('http_server_config'), report),
    users,
    ...(rateLimit === undefined ? {} : { rateLimit }),
  };
  if (problems.length === 0) checkHttp2(config, report);
  return problems.length === 0
    ? { ok: true, config, files: [...files] }
    : { ok: false, problems: inOrderOfDiscovery(problems), files: [...files] };
}

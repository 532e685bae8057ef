import { isApiPath, sendProblem } from './api/problem.ts';
import type { Handler } from './routes.ts';
import { sendText } from './routes.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Whether a listening address can be reached from this machine alone. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The name in a Host header without its port, in lower case. */
function hostName(header: string): string {
  return header.toLowerCase().replace(/:\d+$/, '');
}

/**
 * Refuses requests whose Host header is not one of ours. On loopback this is what stops a page of another site
 * from reaching us by a name that it lets resolve to 127.0.0.1 (DNS rebinding). Elsewhere every address of
 * the machine may be asked for, and the token protects.
 */
export function checkHost(
  listenHost: string,
  configuredHosts: readonly string[],
  remedy: string,
): Handler {
  const own = configuredHosts.map((host) => hostName(host));
  const allowed = new Set([...LOOPBACK_NAMES, listenHost.toLowerCase(), ...own]);
  const anyHost = !isLoopbackHost(listenHost) && own.length === 0;
  return (request, response, next) => {
    const name = hostName(request.get('host') ?? '');
    if (anyHost || allowed.has(name)) {
      next();
      return;
    }
    const detail = `This server does not answer for the host "${name.slice(0, 200)}".`;
    if (isApiPath(request.originalUrl)) {
      sendProblem(request, response, { kind: 'wrong-host', detail, remedy });
    } else sendText(response, 421, `${detail} ${remedy}`);
  };
}

/**
 * Whether a browser says that a page of another site made this request. Programs send neither header.
 * `Sec-Fetch-Site` is set by the browser alone; older ones send at least `Origin` with a POST.
 */
export function isCrossSite(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  configuredHosts: readonly string[],
): boolean {
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') return true;
  const { origin, host } = headers;
  if (typeof origin !== 'string') return false;
  if (!URL.canParse(origin)) return true;
  const from = new URL(origin).host;
  return from !== host && !configuredHosts.includes(from);
}

/** Whether a browser says that a page of this very server made the request: what is missing does not say so. */
export function isFromOwnPage(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined ? typeof headers['origin'] === 'string' : site === 'same-origin';
}

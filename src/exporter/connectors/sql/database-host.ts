import { AllowListError, allowEntryOf, createAllowList } from '../../../http/http.ts';

/** A folder with the socket of a server on this machine, as libpq has it. */
export function isSocketPath(host: string): boolean {
  return host.startsWith('/');
}

/** The entry of the allow-list that a configured host is; throws AllowListError for one that is no host. */
export function allowedHost(host: string, port: number): readonly string[] {
  if (isSocketPath(host)) return [];
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  // Text that moves the host elsewhere in a URL is no host.
  if (!URL.canParse(url) || /[\s/\\?#@]/.test(host)) {
    // Not repeated: what stands before an @ may be a password.
    throw new AllowListError('what stands here is no host name or address');
  }
  const entry = allowEntryOf(url);
  createAllowList([entry]);
  return [entry];
}

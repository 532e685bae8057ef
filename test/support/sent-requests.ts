import { findPlatform } from '../../src/exporter/connectors/connectors.ts';
import type { Connection } from '../../src/exporter/connectors/connectors.ts';

export type SentRequest = { readonly method: string; readonly url: URL };

/** Whether a request only reads, or logs in, as far as its method and its path tell: by what the platform declares. */
export function isDeclared(connection: Connection, { method, url }: SentRequest): boolean {
  if (method === 'GET') return true;
  if (method !== 'POST') return false;
  const posts = findPlatform(connection.platform)?.posts(connection) ?? [];
  const path = pathBelow(connection.url, url);
  return posts.some((post) => (typeof post === 'string' ? post === path : post.test(path)));
}

/** Paths count from the address of the target, which may have one of its own; elsewhere they are whole. */
function pathBelow(address: string | undefined, { origin, pathname }: URL): string {
  if (address === undefined) return pathname;
  const base = new URL(address);
  const start = base.pathname.replace(/\/$/, '');
  const isBelow = base.origin === origin && pathname.startsWith(`${start}/`);
  return isBelow ? pathname.slice(start.length) : pathname;
}

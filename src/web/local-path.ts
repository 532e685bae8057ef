/** It travels in a cookie, of which browsers keep 4096 bytes. */
const MAXIMUM_LENGTH = 1000;

/**
 * Only a path on this server; anything else, such as `//evil.example`, becomes the first page. Browsers take a
 * backslash for a slash, and leave out tabs and line breaks, so a path with any of them is none.
 */
export function localPath(path: string): string {
  return path.length <= MAXIMUM_LENGTH && /^\/(?![/\\])[^\s\\\p{C}]*$/u.test(path) ? path : '/';
}

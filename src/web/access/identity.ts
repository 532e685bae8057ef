import { sha256Hex } from '../../std/std.ts';
import type { Role, Scope } from '../../responder/accounts/accounts.ts';

/**
 * How somebody showed who they are: `open` when nothing is configured and only this machine gets in, `bearer` by a
 * token in the request, `session` by the cookie of a sign-in, `proxy` by what a listed proxy says.
 */
export type Means = 'open' | 'bearer' | 'session' | 'proxy';

export type Identity = {
  /** For the timeline that others read: one printable line. */
  readonly actor: string;
  readonly role: Role;
  /** What an API token was made for; null for everybody else, who may do all that their role may. */
  readonly scopes: readonly Scope[] | null;
  readonly means: Means;
  readonly signedIn: boolean;
  /** Secret that forms carry; empty for those who cannot send forms. */
  readonly formToken: string;
};

/** Whether a browser adds it by itself, so that a page of somebody else could make use of it. */
export function isAmbient({ means }: Identity): boolean {
  return means === 'session' || means === 'proxy';
}

const MAXIMUM_NAME_LENGTH = 60;

/** Printable, one line, bounded: it goes into a timeline that others read. */
export function cleanName(name: string): string {
  return name
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, MAXIMUM_NAME_LENGTH);
}

/**
 * The name by which the timeline calls somebody. What holds an e-mail address is used only where that was chosen, for
 * nobody can take it out of the journal again; in its place stands a name that says nothing and stays the same.
 */
export function tellingName(name: string, allowEmail: boolean, person: readonly unknown[]): string {
  const clean = cleanName(name);
  if (clean !== '' && (allowEmail || !clean.includes('@'))) return clean;
  return `person-${sha256Hex(JSON.stringify(person)).slice(0, 10)}`;
}

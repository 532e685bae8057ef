import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Role } from '../../responder/accounts/accounts.ts';
import type { OperatorToken } from './named-tokens.ts';

/**
 * What a session remembers of how it was opened. It says which configuration made it, so that a session ends with the
 * next request once that is no longer in force: a token that was replaced, a provider that was changed.
 */
export type Credentials = {
  /** For a new session of the holder of a token. */
  ofToken(operator: OperatorToken): Promise<string>;
  /** The role that a session has now; null when its credential is no longer good. */
  roleOf(session: { readonly credential: string; readonly role: Role }): Promise<Role | null>;
};

const derive = promisify<string, Buffer, number, { N: number }, Buffer>(scrypt);
const PRINT_BYTES = 16;

/**
 * The print of a token stands in the database, so it is made the slow way (RFC 7914): who reads it there must not be
 * able to try out passwords. It is made once for each token.
 */
export function createCredentials(
  operators: readonly OperatorToken[],
  serverKey: () => Promise<Buffer>,
  /** Name of the one provider whose sessions are good; null without one. */
  provider: string | null,
): Credentials {
  const prints = new Map<string, string>();

  async function ofToken({ name, token }: OperatorToken): Promise<string> {
    const known = prints.get(name);
    if (known !== undefined) return known;
    const print = await derive(token, await serverKey(), PRINT_BYTES, { N: 4096 });
    const credential = `token:${name}:${print.toString('base64url')}`;
    prints.set(name, credential);
    return credential;
  }

  return {
    ofToken,
    async roleOf({ credential, role }) {
      if (credential === provider) return role;
      for (const operator of operators) {
        if (!credential.startsWith(`token:${operator.name}:`)) continue;
        if ((await ofToken(operator)) === credential) return operator.role ?? 'admin';
      }
      return null;
    },
  };
}

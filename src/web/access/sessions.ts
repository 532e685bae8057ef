import { sha256Hex } from '../../std/std.ts';
import type { Role } from '../../responder/accounts/accounts.ts';
import type { Clock, Random } from '../../std/std.ts';

export type Session = {
  readonly actor: string;
  readonly role: Role;
  readonly formToken: string;
};

export type SessionStore = {
  /** Returns the secret id for the cookie. */
  open(actor: string, role: Role): string;
  find(id: string): Session | null;
  end(id: string): void;
};

export const SESSION_LIFETIME_MS: number = 12 * 3_600_000;
const MAXIMUM_SESSIONS = 1000;
const SECRET_BYTES = 32;

export function randomSecret(random: Random): string {
  return Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url');
}

/**
 * Sessions live in memory alone: a restart signs everybody out. They are kept under the hash of their id, so that
 * looking one up takes the same time whatever was guessed. When there are too many, the oldest ends.
 */
export function createSessionStore(clock: Clock, random: Random): SessionStore {
  const sessions = new Map<string, Session & { readonly endsAtMs: number }>();
  return {
    open(actor, role) {
      const oldest = sessions.keys().next();
      if (sessions.size >= MAXIMUM_SESSIONS && oldest.done !== true) sessions.delete(oldest.value);
      const id = randomSecret(random);
      const endsAtMs = clock.monotonicMs() + SESSION_LIFETIME_MS;
      sessions.set(sha256Hex(id), { actor, role, formToken: randomSecret(random), endsAtMs });
      return id;
    },
    find(id) {
      const key = sha256Hex(id);
      const session = sessions.get(key);
      if (session === undefined) return null;
      if (session.endsAtMs > clock.monotonicMs()) return session;
      sessions.delete(key);
      return null;
    },
    end(id) {
      sessions.delete(sha256Hex(id));
    },
  };
}

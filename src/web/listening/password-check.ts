import { sha256Hex } from '../../std/std.ts';

export type PasswordCheck = {
  /** Whether the Authorization header names a user with the right password. */
  check(header: string | undefined, users: ReadonlyMap<string, string>): Promise<boolean>;
};

/**
 * Stands in for the hash of a user that does not exist, so that such a name costs as much time as any other. It is
 * that of a password that nobody has.
 */
const NOBODY = '$2b$10$CwTycUXWue0Thq9StjUM0uJ8.k8ETIVd4LbdL6IiMvBYb4pvqVh2S';
const REMEMBERED = 100;

function credentialsOf(header: string | undefined): readonly [string, string] | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1];
  const match = /^([^:]*):([^]*)$/.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8'));
  return match === null ? undefined : [match[1] ?? '', match[2] ?? ''];
}

/**
 * Checks passwords against bcrypt hashes, one at a time and in a thread of the pool: a check is made to be slow. What
 * was found is remembered under a hash of user, hash and password, so that only the first request pays.
 */
export function createPasswordCheck(): PasswordCheck {
  const remembered = new Map<string, boolean>();
  let last: Promise<unknown> = Promise.resolve();

  async function compare(password: string, hash: string): Promise<boolean> {
    const check = last.then(async () => {
      // Loaded when first needed: most exporters ask for no password.
      const { verify } = await import('@node-rs/bcrypt');
      return verify(password, hash).catch(() => false);
    });
    last = check;
    return check;
  }

  return {
    async check(header, users) {
      const credentials = credentialsOf(header);
      if (credentials === undefined) return false;
      const [user, password] = credentials;
      const hash = users.get(user);
      const key = sha256Hex(JSON.stringify([user, hash ?? null, password]));
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const isRight = await compare(password, hash ?? NOBODY);
      const answer = isRight && hash !== undefined;
      const [oldest] = remembered.keys();
      if (remembered.size >= REMEMBERED && oldest !== undefined) remembered.delete(oldest);
      remembered.set(key, answer);
      return answer;
    },
  };
}

import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Random } from '../../../std/std.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export type Seal = {
  /** A text that only who has the key can read, and that nobody else can make. */
  close(value: unknown): Promise<string>;
  /** Null for what was not sealed with this key, or was changed. */
  open(sealed: string): Promise<unknown>;
};

/** Keeps what a browser carries for us from being read or changed (NIST SP 800-38D). */
export function createSeal(
  serverKey: () => Promise<Buffer>,
  purpose: string,
  random: Random,
): Seal {
  const keyOf = async (): Promise<Buffer> =>
    Buffer.from(hkdfSync('sha256', await serverKey(), '', purpose, 32));
  return {
    async close(value) {
      const nonce = random.bytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, await keyOf(), nonce);
      const text = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
    },
    async open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length <= NONCE_BYTES + TAG_BYTES) return null;
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv(CIPHER, await keyOf(), nonce, { authTagLength: TAG_BYTES });
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      try {
        const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
        return JSON.parse(Buffer.concat([text, decipher.final()]).toString()) as unknown;
      } catch {
        return null;
      }
    },
  };
}

const SHORTEST_BYTES = 59;
/** Salt and hash in base64 of bcrypt's own. */
const SALT_AND_HASH = /^[./A-Za-z0-9]{53}$/;

/**
 * A bcrypt hash as golang.org/x/crypto/bcrypt reads it, in the one form that other implementations take; undefined when
 * its Cost refuses the text. It looks at version, cost and length alone, and computes all versions alike. A text that it
 * takes although no password can match it is left as it stands.
 */
export function readBcryptHash(text: string): string | undefined {
  if (Buffer.byteLength(text) < SHORTEST_BYTES) return undefined;
  // `$`, a version up to 2, perhaps a letter, a separator, the cost, and a separator that may be anything.
  const parts = /^\$[\0-2](?:\$|[^$][^])(.{2})[^]([^]*)$/.exec(text);
  const [, costText = '', rest = ''] = parts ?? [];
  const cost = /^[-+]?\d+$/.test(costText) ? Number(costText) : 0;
  if (cost < 4 || cost > 31) return undefined;
  return SALT_AND_HASH.test(rest) ? `$2b$${String(cost).padStart(2, '0')}$${rest}` : text;
}

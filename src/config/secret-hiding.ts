const SHORTEST = 4;
/** What is longer is a file of certificates, which is public. */
const LONGEST = 2000;
const MOST = 10_000;
const HIDDEN = '[hidden]';

/** The last line of defence: takes known secrets out of text that nobody foresaw. */
export type SecretHiding = {
  readonly remember: (secret: string) => void;
  /** The text with [hidden] in place of every secret, also where it is encoded. */
  readonly hide: (text: string) => string;
};

/**
 * Remembers the secrets that were handed out, old ones too since they may still be written somewhere; beyond
 * MOST, the oldest is forgotten. A secret of fewer than SHORTEST letters is left in, for it stands in every other
 * word.
 */
export function createSecretHiding(): SecretHiding {
  const known = new Map<string, readonly string[]>();
  return {
    remember(secret) {
      if (secret.length < SHORTEST || secret.length > LONGEST || known.has(secret)) return;
      const [oldest] = known.keys();
      if (known.size >= MOST && oldest !== undefined) known.delete(oldest);
      known.set(secret, formsOf(secret));
    },
    hide(text) {
      let clean = text;
      for (const forms of known.values()) {
        for (const form of forms) {
          if (clean.includes(form)) clean = clean.replaceAll(form, HIDDEN);
        }
      }
      return clean;
    },
  };
}

/** As it is, inside JSON, inside a URL, and inside base64 at each place where a group of three can begin. */
function formsOf(secret: string): readonly string[] {
  const packed = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
    const spare = whole.length % 3;
    // Groups that mix with what stands before or after cannot be told, and give two letters away at most.
    const inner = whole.subarray(shift === 0 ? 0 : 3, whole.length - spare);
    return inner.toString('base64');
  });
  const plain = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
  return [...new Set([...plain, ...packed.filter(({ length }) => length >= SHORTEST * 2)])];
}

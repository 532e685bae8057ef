/**
 * Strings that stand for secrets and must never come out anywhere. Each is found again in whatever it was turned
 * into on its way: base64 at any of its three alignments, hexadecimal, percent or JSON or HTML encoding (its core
 * has no character that those would change).
 */
export type Canaries = {
  /** A new secret with characters that encodings change, and that a header may carry. */
  create(name: string): string;
  /** The names of those that a text gives away. */
  findIn(text: string): readonly string[];
};

export function createCanaries(): Canaries {
  const traces = new Map<string, readonly string[]>();
  return {
    create(name) {
      const core = `c4n4ry${name}Zq7`;
      traces.set(name, tracesOf(core));
      return `"'\\/&<%+ ${core}`;
    },
    findIn(text) {
      const lower = text.toLowerCase();
      return [...traces].flatMap(([name, forms]) => {
        const [plain = '', hex = '', ...packed] = forms;
        const isThere =
          lower.includes(plain) ||
          lower.includes(hex) ||
          packed.some((form) => text.includes(form) || text.includes(encodeURIComponent(form)));
        return isThere ? [name] : [];
      });
    },
  };
}

/** In lower case, since names of hosts and headers are; base64 as it is. */
function tracesOf(core: string): readonly string[] {
  const packed = [0, 1, 2].map((shift) => {
    const whole = Buffer.from('x'.repeat(shift) + core).toString('base64');
    // The first and last groups of four letters mix with what stands beside the core.
    return whole.slice(4, Math.floor(whole.length / 4) * 4 - 4);
  });
  return [core.toLowerCase(), Buffer.from(core).toString('hex'), ...packed];
}

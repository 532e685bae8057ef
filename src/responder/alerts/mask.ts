import { createHmac } from 'node:crypto';
import { isFields } from '../../std/std.ts';
import { SEARCHES, searchByPattern } from './personal-data.ts';
import type { PersonalDataKind, Search } from './personal-data.ts';
import { parseSafePattern } from './safe-pattern.ts';

/** What is masked, and the key of the pseudonyms; plain data, so that it crosses to a thread. */
export type MaskingRules = {
  readonly kinds: readonly PersonalDataKind[];
  /** Labels and annotations of which the whole value is masked. */
  readonly names: readonly string[];
  /** Regular expressions of the operator's own, each taken by `parseSafePattern`. */
  readonly patterns: readonly { readonly name: string; readonly pattern: string }[];
};

export type MaskingOptions = MaskingRules & {
  /** Shared by all replicas, and the same for ever: with another key, equal values become different pseudonyms. */
  readonly key: Uint8Array;
};

/** Puts pseudonyms in the place of personal data. Pure: the same text gives the same text. */
export type Mask = {
  text(value: string): string;
  /** The value of a label or an annotation: all of it where its name is to be masked. */
  value(name: string, value: string): string;
  /** Every text of a value that JSON can hold; names of fields stay. */
  deep<T>(value: T): T;
  /** What would stand in the place of this very value, by each rule: to find it again among what was masked. */
  pseudonymsOf(value: string): readonly string[];
};

export const NO_MASK: Mask = {
  text: (value) => value,
  value: (_, value) => value,
  deep: (value) => value,
  pseudonymsOf: () => [],
};

/** 48 bits: among 20,000 values two have the same with a probability of one to a million. */
const DIGITS = 12;
const WHOLE_VALUE = 'value';
const PSEUDONYM = /\[[a-z][a-z0-9_]{0,62}:[0-9a-f]{12}\]/;
const ONLY_PSEUDONYM = new RegExp(`^${PSEUDONYM.source}$`);

/** Whether a value was masked, wholly or in part, so that it cannot be compared with what a server says. */
export function isMasked(value: string): boolean {
  return PSEUDONYM.test(value);
}

type Rule = { readonly name: string; readonly search: Search };

function rulesOf({ kinds, patterns }: MaskingRules): readonly Rule[] {
  const own = patterns.map(({ name, pattern }): Rule => {
    const parsed = parseSafePattern(pattern);
    if (!parsed.ok) throw new Error(`the pattern ${name} was not checked: ${parsed.why}`);
    return { name, search: searchByPattern(parsed.pattern) };
  });
  // The order of the kinds is fixed: a number of an account is no phone number.
  const order: readonly PersonalDataKind[] = ['email', 'iban', 'card', 'phone', 'ip'];
  const builtIn = order
    .filter((kind) => kinds.includes(kind))
    .map((kind): Rule => ({ name: kind, search: SEARCHES[kind] }));
  return [...own, ...builtIn];
}

/**
 * Pseudonyms are HMAC-SHA-256 of the value under the key, such as `[email:3f9a1c04b2d7]`: equal values stay equal and
 * can be correlated, and nobody without the key can tell which value it was, or try out guesses.
 */
export function createMask(options: MaskingOptions): Mask {
  const rules = rulesOf(options);
  const names = new Set(options.names);

  function pseudonym(rule: string, value: string): string {
    const hash = createHmac('sha256', options.key).update(`${rule}\0${value}`).digest('hex');
    return `[${rule}:${hash.slice(0, DIGITS)}]`;
  }

  function apply(value: string, { name, search }: Rule): string {
    let result = '';
    let from = 0;
    for (;;) {
      const found = search(value, from);
      if (found === null) break;
      result += value.slice(from, found.start) + pseudonym(name, found.value);
      from = found.end;
    }
    return from === 0 ? value : result + value.slice(from);
  }

  /** What was masked before, or by another rule, is not looked into: a hash may look like a number of something. */
  function text(value: string): string {
    let masked = value;
    for (const rule of rules) {
      masked = masked.includes('[')
        ? masked
            .split(PSEUDONYMS)
            .map((part, index) => (index % 2 === 1 ? part : apply(part, rule)))
            .join('')
        : apply(masked, rule);
    }
    return masked;
  }

  function deep<T>(value: T): T {
    return walk(value, text) as T;
  }

  return {
    text,
    value(name, value) {
      if (!names.has(name)) return text(value);
      if (value === '' || ONLY_PSEUDONYM.test(value)) return value;
      return pseudonym(WHOLE_VALUE, value);
    },
    deep,
    pseudonymsOf(value) {
      const masked = text(value);
      const byRule = ONLY_PSEUDONYM.test(masked) ? [masked] : [];
      return names.size === 0 ? byRule : [...byRule, pseudonym(WHOLE_VALUE, value)];
    },
  };
}

const PSEUDONYMS = new RegExp(`(${PSEUDONYM.source})`);

function walk(value: unknown, text: (value: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((each) => walk(each, text));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, walk(each, text)]));
}

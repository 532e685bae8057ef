import { list, object, optional, refine, transform } from './decode-structures.ts';
import { text } from './decode-scalars.ts';
import { refuse } from './decoding.ts';
import type { Decoder } from './decoding.ts';

/**
 * Where a secret is, never the secret itself: configuration files get copied, printed and committed.
 * Resolved by the config room, which hands plain text to the rooms that need it.
 */
export type SecretReference = {
  /** Lets the config room find every reference in what it decoded, and check them all at once. */
  readonly kind: 'secret_reference';
  readonly file?: string;
  readonly environment?: string;
  /** A program and its arguments; run without a shell. */
  readonly command?: readonly string[];
};

/**
 * Gives the secret as it is now, so that a changed one is in use at once: ask for it each time that it is needed.
 * Throws secret_unreadable.
 */
export type SecretResolver = {
  (reference: SecretReference): string;
  /** Takes note that the other side refused the secret: one that a command gave may have been replaced. */
  readonly noteRefusal?: (reference: SecretReference) => void;
  /** The text without any secret that was ever given, for text that comes from outside. */
  readonly hide?: (text: string) => string;
};

const REMEDY = 'write { file: /path }, { environment: NAME } or { command: [program, argument] }';

function isCommand(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

export function secretReference(): Decoder<SecretReference> {
  const all = object({
    file: optional(text(), 'path of a file that holds the secret alone; relative to this file'),
    environment: optional(
      text({ pattern: /^[A-Za-z_]\w*$/, meaning: 'the name of an environment variable' }),
      'name of an environment variable that holds the secret',
    ),
    command: optional(
      list(text({ maximumLength: 4000 }), { minimumLength: 1, maximumLength: 50 }),
      'program that prints the secret, and its arguments; no shell reads them',
    ),
  });
  const one = refine(all, (reference) =>
    Object.values(reference).filter((place) => place !== undefined).length === 1
      ? undefined
      : { message: 'says none or several of file, environment and command', remedy: REMEDY },
  );
  const reference = transform(one, (decoded): SecretReference => ({
    kind: 'secret_reference',
    ...decoded,
  }));
  return {
    shape: reference.shape,
    decode(value, place, report) {
      const command = typeof value === 'object' && value !== null && 'command' in value;
      if (command && !isCommand(value.command)) {
        // Arguments may be secrets as well.
        const found = 'expected a list of a program and its arguments, found something else';
        return refuse(report, `${place}.command`, found, REMEDY);
      }
      if (typeof value === 'object') return reference.decode(value, place, report);
      // What stands here is likely the secret itself, so it is not repeated.
      const message = 'expected a map that says where the secret is, found the value itself';
      return refuse(report, place, message, REMEDY);
    },
  };
}

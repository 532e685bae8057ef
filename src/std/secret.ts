import { object, optional, refine, transform } from './decode-structures.ts';
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
};

export type SecretResolver = (reference: SecretReference) => string;

export function secretReference(): Decoder<SecretReference> {
  const both = object({
    file: optional(text(), 'path of a file that holds the secret alone; relative to this file'),
    environment: optional(
      text({ pattern: /^[A-Za-z_]\w*$/, meaning: 'the name of an environment variable' }),
      'name of an environment variable that holds the secret',
    ),
  });
  const one = refine(both, (reference) =>
    (reference.file === undefined) === (reference.environment === undefined)
      ? {
          message: 'says both or neither of file and environment',
          remedy: 'write { file: /path } or { environment: NAME }',
        }
      : undefined,
  );
  const reference = transform(one, (decoded): SecretReference => ({
    kind: 'secret_reference',
    ...decoded,
  }));
  return {
    shape: reference.shape,
    decode(value, place, report) {
      if (typeof value === 'object') return reference.decode(value, place, report);
      // What stands here is likely the secret itself, so it is not repeated.
      const message = 'expected a map that says where the secret is, found the value itself';
      return refuse(report, place, message, 'write { file: /path } or { environment: NAME }');
    },
  };
}

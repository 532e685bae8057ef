import type { Outcome } from '../../../http/http.ts';
import { CrmwatchError } from '../../../std/std.ts';
import type { SecretReference, SecretResolver } from '../../../std/std.ts';
import { fail, succeed } from './outcomes.ts';

/** One secret of one target, read each time that it is needed. */
export type SecretReader = {
  read(): Outcome<string>;
  /** The target did not accept it. */
  readonly noteRefusal: () => void;
};

export function createSecretReader(
  resolveSecret: SecretResolver,
  reference: SecretReference,
): SecretReader {
  return {
    read: () => attemptSecret(() => resolveSecret(reference)),
    noteRefusal: () => resolveSecret.noteRefusal?.(reference),
  };
}

/** Several secrets that prove something together, a line each: with any of them changed it is another secret. */
export function joinSecretReaders(...readers: readonly SecretReader[]): SecretReader {
  return {
    read() {
      const secrets: string[] = [];
      for (const reader of readers) {
        const read = reader.read();
        if (!read.ok) return read;
        secrets.push(read.value.replaceAll('\n', ''));
      }
      return succeed(secrets.join('\n'));
    },
    noteRefusal() {
      for (const reader of readers) reader.noteRefusal();
    },
  };
}

function attemptSecret(read: () => string): Outcome<string> {
  try {
    return succeed(read());
  } catch (error) {
    if (error instanceof CrmwatchError) return secretFailure(error);
    throw error;
  }
}

/**
 * Without its secret a probe cannot prove who it is, so the reason is `authentication`; the detail says where
 * the secret was looked for. Throws on what is no secret_unreadable.
 */
export function secretFailure(error: CrmwatchError): Outcome<never> {
  if (error.code !== 'secret_unreadable') throw error;
  return fail('authentication', `the secret cannot be read: ${error.message}`);
}

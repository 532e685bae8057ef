import type { Outcome } from '../../../http/http.ts';
import { CrmwatchError, sha256Hex } from '../../../std/std.ts';
import type { KeptTexts } from '../connector.ts';
import { succeed } from './outcomes.ts';
import { secretFailure } from './secret-reader.ts';

/** The refresh tokens that follow one another from the first one, which the configuration names. */
export type RefreshTokens = {
  /** The one to use next. */
  newest(first: string): Outcome<string>;
  /** Returns once the token would survive a crash. */
  keep(first: string, token: string): Outcome<undefined>;
};

/**
 * Keeps the newest token in a file, with a fingerprint of the first one on its second line: when a person got a new
 * first token, what descends from the one before is dead. A file with a token alone, put there by hand, is believed.
 * Without a file, tokens are expected to stay.
 */
export function createRefreshTokens(file: string | undefined, kept: KeptTexts): RefreshTokens {
  /** A token that could not be written: it is the only one that is worth anything, so it is not lost with the attempt. */
  let unwritten: { readonly first: string; readonly token: string } | undefined;

  function read(first: string): string {
    if (file === undefined) return first;
    if (unwritten?.first === first) return unwritten.token;
    const [token, origin] = kept.read(file)?.split('\n') ?? [];
    const isOfAnother = origin !== undefined && origin !== fingerprintOf(first);
    return token === undefined || isOfAnother ? first : token;
  }

  function write(first: string, token: string): undefined {
    if (file === undefined) return;
    unwritten = { first, token };
    const text = `${token}\n${fingerprintOf(first)}`;
    // Where tokens stay, an answer repeats them each time.
    if (kept.read(file) !== text) kept.write(file, text);
    unwritten = undefined;
  }

  return {
    newest: (first) => attemptKept(() => read(first)),
    keep: (first, token) => attemptKept(() => write(first, token)),
  };
}

/** 64 bits, which say nothing about a token that is one. */
function fingerprintOf(token: string): string {
  return sha256Hex(token).slice(0, 16);
}

function attemptKept<T>(run: () => T): Outcome<T> {
  try {
    return succeed(run());
  } catch (error) {
    if (error instanceof CrmwatchError) return secretFailure(error);
    throw error;
  }
}

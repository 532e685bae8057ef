import { decode, known, unknown } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import type { CredentialFacts } from '../connector.ts';
import type { Credential } from './credential.ts';

/** When credentials end, where only people know it; milliseconds since the epoch. */
export type CredentialEnds = { readonly data?: number; readonly security?: number };

function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** A day of the calendar; the start of it in UTC, in milliseconds since the epoch. */
export const dayDecoder: Decoder<number> = decode.transform(
  decode.refine(
    decode.text({ pattern: /^\d{4}-\d{2}-\d{2}$/, meaning: 'a day such as 2027-03-01' }),
    (text) => {
      const startMs = startOf(text);
      // JavaScript takes 30 February for 2 March.
      const isDay = !Number.isNaN(startMs) && new Date(startMs).toISOString().slice(0, 10) === text;
      return isDay
        ? undefined
        : { message: `there is no day ${text}`, remedy: 'write a day of the calendar' };
    },
  ),
  startOf,
);

/** The key `credential_ends` of every platform that is reached over HTTP. */
export const credentialEndsField: decode.Field<CredentialEnds | undefined> = decode.optional(
  decode.object({
    data: decode.optional(
      dayDecoder,
      'first day on which the credentials of `authentication` are void',
    ),
    security: decode.optional(dayDecoder, 'the same of `security_authentication`'),
  }),
  'when credentials end, where they do not say so themselves, as tokens in the form of a JSON Web Token do; an alert tells in time',
);

const NOT_SAID = unknown(
  'not_configured',
  'the credential does not say when it ends: say it in credential_ends',
);

/** What is known about the end of each identity of a target; nothing is asked anywhere. */
export function credentialFacts(
  ends: CredentialEnds | undefined,
  credentials: { readonly data: Credential; readonly security?: Credential | undefined },
): readonly CredentialFacts[] {
  return (['data', 'security'] as const).flatMap((identity): CredentialFacts[] => {
    const credential = credentials[identity];
    if (credential === undefined) return [];
    const endsAtMs = ends?.[identity] ?? credential.endsAtMs?.();
    return [{ identity, endsAtMs: endsAtMs === undefined ? NOT_SAID : known(endsAtMs) }];
  });
}

import { PERSONAL_DATA_KINDS, parseSafePattern } from '../responder/alerts/alerts.ts';
import type { MaskingRules } from '../responder/alerts/alerts.ts';
import { decode } from '../std/std.ts';
import type { Decoder } from '../std/std.ts';
import { uniquelyNamed } from './common.ts';

/** Addresses of machines are no one's name, and an on-call person needs them. */
export const DEFAULT_MASKING: MaskingRules = {
  kinds: ['email', 'phone', 'iban', 'card'],
  names: [],
  patterns: [],
};

/** An alert is found, sorted and told by these. */
const NEVER_MASKED: readonly string[] = ['alertname', 'severity', 'target'];

const labelNames = decode.refine(
  decode.list(decode.text({ maximumLength: 256 }), { maximumLength: 100 }),
  (names) => {
    const index = names.findIndex((name) => NEVER_MASKED.includes(name));
    if (index === -1) return undefined;
    return {
      at: `[${index}]`,
      message: `"${names[index]}" cannot be masked as a whole: incidents are found by it`,
      remedy: 'take it out; personal data of the kinds above is masked in it all the same',
    };
  },
);

const pattern = decode.refine(
  decode.object({
    name: decode.required(
      decode.text({
        pattern: /^[a-z][a-z0-9_]{0,30}$/,
        meaning: 'a name of lower-case letters, digits and underscores',
      }),
      'what the pseudonyms say, such as customer in [customer:3f9a1c04b2d7]',
    ),
    pattern: decode.required(
      decode.text({ maximumLength: 500 }),
      'regular expression; each repetition in it needs an upper bound, such as {1,20}',
    ),
  }),
  (decoded) => {
    const parsed = parseSafePattern(decoded.pattern);
    if (parsed.ok) return undefined;
    return { at: 'pattern', message: parsed.why, remedy: parsed.remedy };
  },
);

export const maskingDecoder: Decoder<MaskingRules> = decode.object({
  kinds: decode.withDefault(
    decode.list(decode.choice(PERSONAL_DATA_KINDS), { maximumLength: 10 }),
    DEFAULT_MASKING.kinds,
    'what is known by its form',
    '[email, phone, iban, card]',
  ),
  names: decode.withDefault(
    labelNames,
    [],
    'labels and annotations of which the whole value is masked, such as user',
    '[]',
  ),
  patterns: decode.withDefault(
    uniquelyNamed(decode.list(pattern, { maximumLength: 20 }), 'pattern'),
    [],
    'what else is masked, by its form',
    '[]',
  ),
});

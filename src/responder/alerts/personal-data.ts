/** The kinds of personal data that are known by their form. */
export const PERSONAL_DATA_KINDS = ['email', 'phone', 'ip', 'iban', 'card'] as const;
export type PersonalDataKind = (typeof PERSONAL_DATA_KINDS)[number];

/** Where a value stands in a text, and the form in which equal values are equal. */
export type Finding = { readonly start: number; readonly end: number; readonly value: string };

/** The first one at or behind a place of the text; null when there is none. */
export type Search = (text: string, from: number) => Finding | null;

type Normalised = { readonly value: string; readonly length: number };

type Form = {
  /** What looks like it; every part has an upper bound, so that a search is linear in the text. */
  readonly pattern: RegExp;
  /** A quick look first: most texts hold nothing. */
  readonly needs: RegExp;
  /** How many characters of the match it takes, and its value; undefined when the match only looks like it. */
  readonly normalise: (match: string) => Normalised | undefined;
};

function searchByForm({ pattern, needs, normalise }: Form): Search {
  return (text, from) => {
    if (!needs.test(text)) return null;
    pattern.lastIndex = from;
    for (;;) {
      const match = pattern.exec(text);
      if (match === null) return null;
      const found = normalise(match[0]);
      const { index: start } = match;
      if (found !== undefined) return { start, end: start + found.length, value: found.value };
      // What only looks like it may hide one that begins a character later.
      pattern.lastIndex = start + 1;
    }
  };
}

function whole(match: string, value: string): Normalised {
  return { value, length: match.length };
}

const LOCAL_CHARACTERS = 64;
const AT = /@|%40/g;
const LOCAL_PART = /[\p{L}\p{N}._%+'-]{1,64}$/u;
const DOMAIN = /(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/uy;

/** From the sign outwards (`%40` is how the address of a page writes it): so a long text costs nothing. */
function searchEmail(text: string, from: number): Finding | null {
  AT.lastIndex = from;
  for (;;) {
    const sign = AT.exec(text);
    if (sign === null) return null;
    const before = text.slice(Math.max(from, sign.index - LOCAL_CHARACTERS), sign.index);
    const [local] = LOCAL_PART.exec(before) ?? [];
    DOMAIN.lastIndex = AT.lastIndex;
    const [domain] = DOMAIN.exec(text) ?? [];
    if (local === undefined || domain === undefined) continue;
    const start = sign.index - local.length;
    const end = sign.index + sign[0].length + domain.length;
    return { start, end, value: `${local}@${domain}`.toLowerCase() };
  }
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;

/** IPv6 as a URL takes it; `::` alone is a mark of many languages. */
function isAddress(text: string): boolean {
  if (!text.includes(':')) return IPV4.test(text);
  return /[\da-f]/i.test(text) && URL.canParse(`http://[${text}]/`);
}

/** Of each country, as in the registry of ISO 13616 that SWIFT publishes. */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 ' +
    'FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 ' +
    'LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 ' +
    'SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** The remainder of an IBAN by 97 with its first four characters at the end, which is 1 (ISO 7064, MOD 97-10). */
function ibanRemainder(iban: string): number {
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    for (const digit of String(Number.parseInt(character, 36))) {
      remainder = (remainder * 10 + Number(digit)) % 97;
    }
  }
  return remainder;
}

/** The match may go on with the words behind it, so the country says how long the number is. */
function normaliseIban(match: string): Normalised | undefined {
  const needed = IBAN_LENGTHS.get(match.slice(0, 2).toUpperCase()) ?? Infinity;
  let value = '';
  let length = 0;
  for (const character of match) {
    if (value.length >= needed) break;
    length += character.length;
    if (character !== ' ') value += character.toUpperCase();
  }
  const next = match[length] ?? ' ';
  const isWhole = value.length === needed && next === ' ' && ibanRemainder(value) === 1;
  return isWhole ? { value, length } : undefined;
}

/** The check digit of ISO/IEC 7812-1. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (const [index, digit] of digits.split('').toReversed().entries()) {
    const doubled = index % 2 === 0 ? Number(digit) : Number(digit) * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Visa, Mastercard, American Express, Diners Club, Discover and UnionPay, JCB, by their first digits and length. */
const CARD_FORMS =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[068]\d{12}|6\d{15,18}|35\d{14})$/;

function normaliseCard(match: string): Normalised | undefined {
  const digits = match.replaceAll(/\D/g, '');
  return CARD_FORMS.test(digits) && passesLuhn(digits) ? whole(match, digits) : undefined;
}

export const SEARCHES: Readonly<Record<PersonalDataKind, Search>> = {
  email: searchEmail,
  iban: searchByForm({
    pattern: /(?<![\p{L}\p{N}])[A-Za-z]{2}\d{2}(?: ?[A-Za-z\d]){11,30}/gu,
    needs: /[A-Za-z]{2}\d{2} ?[A-Za-z\d]{2}/,
    normalise: normaliseIban,
  }),
  card: searchByForm({
    pattern: /(?<![\d.])\d(?:[ -]?\d){12,18}(?!\.?\d)/g,
    needs: /\d{2}[ -]?\d{2}/,
    normalise: normaliseCard,
  }),
  phone: searchByForm({
    // International alone (ITU-T E.164): any other run of digits may be anything.
    pattern: /(?<![\p{L}\p{N}+.])(?:\+|00(?=\d{1,3}[ ./-]))[1-9](?:[ ./()-]{0,2}\d){6,14}(?!\d)/gu,
    needs: /(?:\+|00)[1-9]/,
    normalise: (match) => whole(match, match.replaceAll(/\D/g, '').replace(/^00/, '')),
  }),
  ip: searchByForm({
    pattern: /(?<![\p{L}\p{N}.:])[\dA-Fa-f:.]{2,45}(?![\p{L}\p{N}])/gu,
    needs: /\d\.\d|:[\dA-Fa-f:]/,
    normalise(match) {
      const value = match.replace(/[.:]$/, '');
      const withoutPort = value.replace(/(?<=\.\d{1,3}):\d{1,5}$/, '');
      const found = [match, value, withoutPort].find(isAddress);
      return found === undefined ? undefined : { value: found.toLowerCase(), length: found.length };
    },
  }),
};

/** By a pattern that was checked (see safe-pattern.ts). */
export function searchByPattern(pattern: RegExp): Search {
  return (text, from) => {
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (match === null) return null;
    const [value] = match;
    return { start: match.index, end: match.index + value.length, value };
  };
}

const TAG = '(?:W/)?"[\\x21\\x23-\\x7e]*"';

/** What `If-Match` may hold: `*`, or entity tags with commas between them (RFC 9110, section 13.1.1). */
export const IF_MATCH: RegExp = new RegExp(`^(?:\\*|${TAG}(?:, ?${TAG})*)$`);

/** The entity tag of an incident: the number of entries of its journal. */
export function entityTag(sequence: number): string {
  return `"${sequence}"`;
}

/** The sequences that a change may be made upon; undefined when any will do. Weak and foreign tags match none. */
export function sequencesOf(ifMatch: string | undefined): readonly number[] | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  return ifMatch.split(',').flatMap((tag) => {
    const digits = /^"(\d{1,15})"$/.exec(tag.trim())?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}

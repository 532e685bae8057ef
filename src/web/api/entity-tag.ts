/** The entity tag of an incident: the number of entries of its journal. */
export function entityTag(sequence: number): string {
  return `"${sequence}"`;
}

/**
 * The sequences that a change may be made upon, of `*` or a list of entity tags (RFC 9110, section 13.1.1); undefined when
 * any will do. Weak tags, foreign ones and nonsense match none, so nothing is changed by a condition that was not understood.
 */
export function sequencesOf(ifMatch: string | undefined): readonly number[] | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  return ifMatch.split(',').flatMap((tag) => {
    const digits = /^"(\d{1,15})"$/.exec(tag.trim())?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}

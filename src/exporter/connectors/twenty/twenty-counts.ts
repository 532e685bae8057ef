/** How Twenty counts the records whose field is empty: by a number of its own, or by a filter. */
export type EmptyCount =
  | { readonly by: 'number'; readonly field: string }
  | { readonly by: 'filter'; readonly filter: string };

/**
 * Parts of composite fields that alone decide what is empty
 * (twenty-server/src/engine/twenty-orm/utils/get-subfields-for-aggregate-operation.util.ts).
 */
const DECIDING: ReadonlySet<string> = new Set(['primaryEmail', 'primaryLinkUrl']);

/** Other parts that hold text; the empty text and NULL are the same to people, but not to every version. */
const TEXTS: ReadonlySet<string> = new Set([
  'firstName',
  'lastName',
  'primaryPhoneNumber',
  'primaryPhoneCountryCode',
  'primaryPhoneCallingCode',
  'primaryLinkLabel',
  'addressStreet1',
  'addressStreet2',
  'addressCity',
  'addressPostcode',
  'addressState',
  'addressCountry',
]);

const NUMBERS: ReadonlySet<string> = new Set(['amountMicros', 'addressLat', 'addressLng']);

/** Columns of the standard relations, which have filters but no numbers. */
const REFERENCES: ReadonlySet<string> = new Set([
  'companyId',
  'accountOwnerId',
  'pointOfContactId',
  'assigneeId',
]);

/** undefined where it is not known what kind of value a field holds. */
export function emptyCountOf(path: string): EmptyCount | undefined {
  const [field = '', part, ...more] = path.split('.');
  if (more.length > 0) return undefined;
  if (part === undefined) {
    if (REFERENCES.has(field)) return { by: 'filter', filter: `${field}: {is: NULL}` };
    // Relations and texts can both have a name like this one.
    return field.endsWith('Id') ? undefined : { by: 'number', field };
  }
  if (DECIDING.has(part)) return { by: 'number', field };
  if (NUMBERS.has(part)) return { by: 'filter', filter: `${field}: {${part}: {is: NULL}}` };
  if (!TEXTS.has(part)) return undefined;
  const empty = [`{${field}: {${part}: {is: NULL}}}`, `{${field}: {${part}: {eq: ""}}}`];
  return { by: 'filter', filter: `or: [${empty.join(', ')}]` };
}

/** The name of a number over a field, such as countEmptyJobTitle. */
export function numberName(kind: 'countEmpty' | 'countNotEmpty', field: string): string {
  return `${kind}${field.slice(0, 1).toUpperCase()}${field.slice(1)}`;
}

import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import { pointerDecoder } from '../web/json-pointer.ts';
import type { JsonPointer } from '../web/json-pointer.ts';
import type { ListOptions, Scalar, ValuesAt } from './rest-options.ts';

export const pathDecoder = (): Decoder<string> =>
  decode.text({
    pattern: /^\/\S*$/,
    meaning: 'a path such as /api/users',
    maximumLength: 2000,
  });
export const valuesDecoder = (): Decoder<readonly Scalar[]> =>
  decode.list(scalarDecoder(), { minimumLength: 1, maximumLength: 50 });

function scalarDecoder(): Decoder<Scalar> {
  const expected = 'a text, a number, true or false';
  return {
    shape: { kind: 'text', note: expected },
    decode(value, place, report) {
      if (['string', 'number', 'boolean'].includes(typeof value)) {
        return value as Scalar;
      }
      const remedy = 'write a plain value as it stands in the answer';
      report({ place, message: `expected ${expected}`, remedy });
      return decode.INVALID;
    },
  };
}

/** A place in a record, and what it says there when something is so. */
export function valuesAtDecoder(place: string, values: string): Decoder<ValuesAt> {
  return decode.object({
    pointer: decode.required(pointerDecoder(), place),
    values: decode.required(valuesDecoder(), values),
  });
}

const pagingDecoder = decode.object({
  page_parameter: decode.withDefault(
    decode.text(),
    'page',
    'query parameter with the number of the page',
    'page',
  ),
  offset_parameter: decode.optional(
    decode.text(),
    'query parameter with the number of records to skip, where the platform counts these rather than pages; in ' +
      'place of page_parameter and first_page',
  ),
  first_page: decode.withDefault(
    decode.integer({ minimum: 0, maximum: 1 }),
    1,
    'number of the first page',
    '1',
  ),
  size_parameter: decode.optional(decode.text(), 'query parameter with the records per page'),
  size: decode.withDefault(
    decode.integer({ minimum: 1, maximum: 10_000 }),
    100,
    'records per page; a shorter page is the last one unless "total" says otherwise',
    '100',
  ),
  total: decode.optional(pointerDecoder(), 'where an answer says how many records there are'),
});

/** What every list has: where its records are and how to get the next ones. */
export const LIST_FIELDS: {
  readonly [Key in keyof ListOptions]-?: decode.Field<ListOptions[Key]>;
} = {
  path: decode.required(pathDecoder(), 'path of the list, with its query if it needs one'),
  items: decode.required(pointerDecoder(), 'where the records are in an answer, such as /data'),
  paging: decode.optional(pagingDecoder, 'how to get the other pages; without it there is one'),
  empty_is_404: decode.withDefault(
    decode.boolean(),
    false,
    'whether this platform answers 404 when a list is empty',
    'false',
  ),
};

/** What every log has: a list of which what happened before the window does not count. */
export function logFields(what: string): typeof LIST_FIELDS & {
  readonly at: decode.Field<JsonPointer | undefined>;
} {
  return {
    ...LIST_FIELDS,
    path: decode.required(
      pathDecoder(),
      `path of ${what}; {since} stands for the start of the window in ISO 8601, ` +
        '{since_seconds} for the same in seconds since the epoch',
    ),
    at: decode.optional(
      pointerDecoder(),
      'where an entry tells its time; needed when the path cannot take {since}',
    ),
  };
}

/** A log that knows nothing of the window would count what happened before it. */
export function windowed<T extends { readonly path: string; readonly at?: JsonPointer }>(
  decoder: Decoder<T>,
): Decoder<T> {
  return decode.refine(decoder, ({ path, at }) =>
    at !== undefined || /\{since(?:_seconds)?\}/.test(path)
      ? undefined
      : {
          at: 'path',
          message: 'nothing tells what happened before the window',
          remedy: 'write {since} into the path, or add at',
        },
  );
}

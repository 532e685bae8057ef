import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';

/**
 * A JSON pointer (RFC 6901), split into its unescaped parts. "" points at the whole document. Only own
 * properties and array indexes without leading zeros are found.
 */
export type JsonPointer = { readonly text: string; readonly parts: readonly string[] };

export function jsonPointer(text: string): JsonPointer {
  const parts = text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return { text, parts };
}

/** A pointer in the configuration, such as /data or /meta/total; "/" alone would be a key without name. */
export function pointerDecoder(): Decoder<JsonPointer> {
  const text = decode.text({
    pattern: /^(\/([^/~]|~[01])*)+$/,
    meaning: 'a JSON pointer such as /meta/total',
    maximumLength: 500,
  });
  return decode.transform(text, jsonPointer);
}

/** The value at a pointer, or undefined when there is none. */
export function valueAt(document: unknown, pointer: JsonPointer): unknown {
  let value = document;
  for (const part of pointer.parts) {
    if (Array.isArray(value)) value = /^(0|[1-9]\d*)$/.test(part) ? value[Number(part)] : undefined;
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, part)) {
      value = (value as Record<string, unknown>)[part];
    } else return undefined;
  }
  return value;
}

/** A null on the way, as where a record leads to no other, is an empty field and no missing one. */
export function fieldAt(item: unknown, pointer: JsonPointer): unknown {
  const value = valueAt(item, pointer);
  if (value !== undefined) return value;
  const ways = pointer.parts.slice(1).map((_part, index) => pointer.parts.slice(0, index + 1));
  return ways.some((parts) => valueAt(item, { text: '', parts }) === null) ? null : undefined;
}

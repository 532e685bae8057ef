import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { Mask } from '../../alerts/alerts.ts';

/** What is to be erased: one incident, all that holds a text, or all that holds a value of a label. */
export type ErasureSubject =
  | { readonly kind: 'incident'; readonly id: string }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'label';
      readonly name: string;
      readonly value: string;
      /** Only what this sender told; anybody, when it is left out. */
      readonly sender?: string;
    };

/** Whether what is kept holds the subject. */
export type Finder = {
  /** JSON that crmwatch wrote: a snapshot, an event, a message. */
  inJson(json: string, sender?: string): boolean;
  /** A name or a text of its own. */
  inText(text: string): boolean;
  /** A body as it came. */
  inBody(body: Uint8Array, encoding: string, sender: string): boolean;
};

const INFLATED_LIMIT = { maxOutputLength: 64 * 1024 * 1024 };

const INFLATERS: Readonly<Record<string, (body: Uint8Array) => Buffer>> = {
  gzip: (body) => gunzipSync(body, INFLATED_LIMIT),
  'x-gzip': (body) => gunzipSync(body, INFLATED_LIMIT),
  deflate: (body) => inflateSync(body, INFLATED_LIMIT),
  br: (body) => brotliDecompressSync(body, INFLATED_LIMIT),
};

/** The text of a body, and the same with the escapes of JSON resolved. */
function textsOf(body: Uint8Array, encoding: string): readonly string[] {
  let plain: Buffer = Buffer.from(body);
  try {
    plain = INFLATERS[encoding]?.(body) ?? plain;
  } catch {
    // It is no such thing, or too large: what can be looked at is the bytes.
  }
  const text = plain.toString();
  if (!text.includes('\\')) return [text.toLowerCase()];
  const unescaped = text.replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, code?: string, one = '') =>
    code === undefined ? one : String.fromCharCode(Number.parseInt(code, 16)),
  );
  return [text.toLowerCase(), unescaped.toLowerCase()];
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

/** As it stands within a text of JSON. */
function escaped(text: string): string {
  return quoted(text).slice(1, -1);
}

/**
 * Finds the subject and what masking put in its place, in upper or lower case. A body that holds both the name and the
 * value of a label counts, wherever they stand in it: better one body too many than one too few.
 */
export function createFinder(
  subject: Exclude<ErasureSubject, { kind: 'incident' }>,
  mask: Mask,
): Finder {
  const plain = subject.kind === 'text' ? subject.text : subject.value;
  const values = [...new Set([plain, ...mask.pseudonymsOf(plain)])].map((each) =>
    each.toLowerCase(),
  );
  const isIn = (text: string, parts: readonly string[]): boolean =>
    parts.some((part) => text.includes(part));
  if (subject.kind === 'text') {
    const inJson = values.map(escaped);
    return {
      inJson: (json) => isIn(json.toLowerCase(), inJson),
      inText: (text) => isIn(text.toLowerCase(), values),
      inBody: (body, encoding) => textsOf(body, encoding).some((text) => isIn(text, values)),
    };
  }
  const name = subject.name.toLowerCase();
  const pairs = values.map((value) => `${quoted(name)}:${quoted(value)}`);
  const isOfSender = (sender: string | undefined, json = ''): boolean =>
    subject.sender === undefined ||
    sender === subject.sender ||
    (sender === undefined && json.includes(`"sender":${quoted(subject.sender)}`));
  return {
    inJson: (json, sender) => isOfSender(sender, json) && isIn(json.toLowerCase(), pairs),
    inText: (text) => isIn(text.toLowerCase(), values),
    inBody: (body, encoding, sender) =>
      isOfSender(sender) &&
      textsOf(body, encoding).some((text) => text.includes(name) && isIn(text, values)),
  };
}

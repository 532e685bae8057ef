/**
 * Decoders turn unknown data into typed, frozen values and collect every problem on the way, each with its
 * place and a remedy. Each decoder also describes its own shape, from which docs/CONFIGURATION.md is written.
 */
export type Problem = { readonly place: string; readonly message: string; readonly remedy: string };

export type Shape =
  | {
      readonly kind: 'text' | 'integer' | 'number' | 'boolean' | 'duration' | 'url';
      readonly note?: string;
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'map'; readonly key: string; readonly value: Shape }
  | {
      readonly kind: 'union';
      readonly tag: string;
      readonly variants: Readonly<Record<string, Shape>>;
    }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, FieldShape>> }
  | { readonly kind: 'any'; readonly note: string };

export type FieldShape = {
  readonly shape: Shape;
  readonly description: string;
  readonly required: boolean;
  /** The default as a person would write it in YAML. */
  readonly defaultText?: string;
};

/** What a failed decode returns; the problems were reported already. */
export const INVALID: unique symbol = Symbol('invalid');
export type Invalid = typeof INVALID;

export type Report = (problem: Problem) => void;

export type Decoder<T> = {
  readonly shape: Shape;
  decode(value: unknown, place: string, report: Report): T | Invalid;
};

export type DecodedOf<D> = D extends Decoder<infer T> ? T : never;

/** How a value is called in a message: `number 5`, `text "abc"`, `a list`, `nothing`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') {
    return `text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  }
  return `${typeof value} ${JSON.stringify(value)}`;
}

export function refuse(report: Report, place: string, message: string, remedy: string): Invalid {
  report({ place, message, remedy });
  return INVALID;
}

export function primitive<T>(
  shape: Shape,
  expected: string,
  accept: (value: unknown) => T | undefined,
  remedy: string,
): Decoder<T> {
  return {
    shape,
    decode(value, place, report) {
      const accepted = accept(value);
      if (accepted !== undefined) return accepted;
      return refuse(report, place, `expected ${expected}, found ${describeValue(value)}`, remedy);
    },
  };
}

export type DecodeResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Runs a decoder over a whole document and returns the value or every problem. */
export function run<T>(decoder: Decoder<T>, value: unknown, place = ''): DecodeResult<T> {
  const problems: Problem[] = [];
  const decoded = decoder.decode(value, place, (problem) => problems.push(problem));
  if (decoded === INVALID || problems.length > 0) return { ok: false, problems };
  return { ok: true, value: decoded };
}

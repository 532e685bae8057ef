/** Everything a room needs to write a decoder, used as `decode.object({ … })`. */
export { INVALID, describeValue, run } from './decoding.ts';
export type { DecodeResult, Invalid, Report } from './decoding.ts';
export {
  boolean,
  choice,
  duration,
  integer,
  number,
  parseDurationMs,
  text,
  url,
} from './decode-scalars.ts';
export {
  any,
  list,
  map,
  object,
  optional,
  refine,
  required,
  transform,
  union,
  withDefault,
} from './decode-structures.ts';
export type { Decoded, Field } from './decode-structures.ts';

import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import type { EncodedColumn } from './encoding.ts';

/** One column of an encoding, as a model file has it. */
export const encodedColumn: Decoder<EncodedColumn> = decode.object({
  feature: decode.required(decode.integer({ minimum: 0 }), 'index of the feature'),
  form: decode.required(
    decode.choice<EncodedColumn['form']>(['value', 'log', 'above', 'below']),
    'what becomes of the value',
  ),
  threshold: decode.required(decode.number(), 'threshold of a step'),
  mean: decode.required(decode.number(), 'mean over the training'),
  scale: decode.required(decode.number({ minimum: Number.MIN_VALUE }), 'standard deviation'),
  least: decode.required(decode.number(), 'smallest value'),
  most: decode.required(decode.number(), 'largest value'),
});

import { beforeAll, describe, expect, it } from 'vitest';
import { rowOf } from '../../../../src/responder/diagnosis/classifier/rows.ts';
import { decodeModel, trainModel } from '../../../../src/responder/diagnosis/diagnosis.ts';
import type { TrainedModel } from '../../../../src/responder/diagnosis/diagnosis.ts';
import {
  createNovelty,
  noveltyDecoder,
  noveltyProblem,
} from '../../../../src/responder/diagnosis/novelty/novelties.ts';
import type { NoveltyModel } from '../../../../src/responder/diagnosis/novelty/novelties.ts';
import { decode } from '../../../../src/std/std.ts';
import { counts, entriesOf } from './tables.ts';

const table = counts(20);
const rows = [...table.groups.keys()];
let whole: TrainedModel;
let model: NoveltyModel;

beforeAll(() => {
  whole = trainModel(table, { isEvaluated: false, encoding: 'log', strengthC: 1 }).model;
  model = whole.novelty;
});

/** The part of a model file, read with the rest of it. */
function decodePart(novelty: object): NoveltyModel {
  const file: unknown = JSON.parse(JSON.stringify({ ...whole, novelty }));
  return decodeModel(file, 'model.json').novelty;
}

function copy(): NoveltyModel {
  return JSON.parse(JSON.stringify(model)) as NoveltyModel;
}

describe('a model of novelty', () => {
  it('gives the same scores to the bit when it was written and read back', () => {
    const decoded = decodePart(copy());
    expect(decoded).toEqual(model);
    const [before, after] = [createNovelty(model), createNovelty(decoded)];
    const strange = entriesOf([0.5, 1e9, -3, 0, 0, 0, 40, 0, 0, 0, 0, 2]);
    for (const row of [...rows.map((one) => rowOf(table.matrix, one)), strange]) {
      expect(after(row)).toBe(before(row));
    }
  });

  it('can be a part of a larger file', () => {
    const file = decode.object({ novelty: decode.required(noveltyDecoder, 'novelty') });
    const decoded = decode.run(file, { novelty: copy() }, 'model.json');
    expect(decoded.ok && noveltyProblem(decoded.value.novelty)).toBeUndefined();
  });

  const breaks: readonly [string, (broken: NoveltyModel) => object, RegExp][] = [
    ['no flags', (broken) => ({ ...broken, flags: undefined }), /novelty\.flags: /],
    ['more than it knows', (broken) => ({ ...broken, extra: 1 }), /novelty\.extra: unknown key/],
    [
      'rows that are no Base64',
      (broken) => ({ ...broken, seen: ['§'] }),
      /novelty\.seen\[0\]: .*Base64/,
    ],
    [
      'a row that is too short',
      (broken) => ({ ...broken, seen: [...broken.seen.slice(0, 3), 'AAAA'] }),
      /novelty\.seen\[3\]: not \d+ bytes/,
    ],
    [
      'a scale of 0',
      (broken) => ({ ...broken, encoding: [{ ...broken.encoding[0], scale: 0 }] }),
      /novelty\.encoding\[0\]\.scale: /,
    ],
    [
      'a column of weights too few',
      ({ claims, ...rest }) => ({
        ...rest,
        claims: { ...claims, weights: claims.weights.map((row) => row.slice(1)) },
      }),
      /novelty\.claims\.weights\[0\]: \d+ values for \d+ columns/,
    ],
    [
      'an intercept too few',
      ({ claims, ...rest }) => ({ ...rest, claims: { ...claims, intercepts: [] } }),
      /novelty\.claims\.intercepts: 0 values for 4/,
    ],
    [
      'a feature that is not there',
      (broken) => ({ ...broken, flags: [{ ...broken.flags[0], feature: 99 }] }),
      /novelty\.flags\[0\]\.feature: there are 12 features/,
    ],
    [
      'maxima for other features',
      ({ ranges, ...rest }) => ({ ...rest, ranges: { ...ranges, maxima: [1] } }),
      /novelty\.ranges\.maxima: 1 values for 12 minima/,
    ],
    [
      'a range that is turned round',
      ({ ranges, ...rest }) => ({
        ...rest,
        ranges: { ...ranges, minima: ranges.minima.with(2, 1e6) },
      }),
      /novelty\.ranges\.minima\[2\]: larger than the maximum/,
    ],
    [
      'references that fall',
      ({ references, ...rest }) => ({
        ...rest,
        references: { ...references, distances: [2, 1] },
      }),
      /novelty\.references\.distances\[1\]: less than/,
    ],
  ];
  it.each(breaks)('with %s is refused, naming the place', (_, toBroken, message) => {
    expect(() => decodePart(toBroken(copy()))).toThrow(message);
    expect(() => decodePart(toBroken(copy()))).toThrow(
      expect.objectContaining({ code: 'model_incompatible' }),
    );
  });
});

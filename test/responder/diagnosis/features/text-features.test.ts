import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractFeatures } from '../../../../src/responder/diagnosis/diagnosis.ts';
import { addWords, hashToken } from '../../../../src/responder/diagnosis/features/hashed-words.ts';
import type { Bucket } from '../../../../src/responder/diagnosis/features/hashed-words.ts';
import { isFeatureName } from '../../../../src/responder/diagnosis/features/features.ts';
import { murmurHash } from '../../../../src/responder/diagnosis/features/murmur.ts';
import type { Evidence } from '../../../../src/responder/evidence/evidence.ts';
import { alertOf, evidenceOf } from '../invented-evidence.ts';

type Fixture = {
  readonly tokens: readonly {
    readonly token: string;
    readonly hash: number;
    readonly entry: readonly [bucket: number, sign: number];
  }[];
  readonly texts: readonly {
    readonly text: string;
    readonly entries: readonly (readonly [bucket: number, value: number])[];
  }[];
};

/** Made by scikit-learn; see make-hashes.py beside it. */
const fixture = JSON.parse(
  readFileSync(
    join(import.meta.dirname, '..', '..', '..', 'fixtures', 'diagnosis', 'hashes.json'),
    'utf8',
  ),
) as Fixture;

function saying(...texts: readonly string[]): Evidence {
  return evidenceOf({
    alerts: texts.map((text) => ({ ...alertOf('CrmApiSlow'), words: text.split(' ') })),
  });
}

function hashedOf(evidence: Evidence): Readonly<Record<string, number>> {
  const hashed = [...extractFeatures(evidence).values()].filter(({ name }) =>
    /^(?:text|log):/.test(name),
  );
  return Object.fromEntries(hashed.map(({ name, value }) => [name, value]));
}

describe('hashed words', () => {
  it.each(fixture.tokens)('hash $token as scikit-learn does', ({ token, hash, entry }) => {
    const { bucket, sign } = hashToken(token);
    expect([murmurHash(token), bucket, sign]).toEqual([hash, ...entry]);
  });

  it.each(fixture.texts)('make of "$text" the row that scikit-learn makes', ({ text, entries }) => {
    const buckets = new Map<number, Bucket>();
    addWords(buckets, text === '' ? [] : text.split(' '), 1);
    const found = [...buckets].map(([bucket, { sum }]) => [bucket, sum] as const);
    expect(found.filter(([, sum]) => sum !== 0).toSorted(([a], [b]) => a - b)).toEqual(entries);
  });

  it('hash texts of any length, also those that do not fit the buffer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 700 }), (text) => {
        const { bucket, sign } = hashToken(text);
        expect(Number.isInteger(bucket) && bucket >= 0 && bucket < 2 ** 14).toBe(true);
        expect(sign).toBe(murmurHash(text) >= 0 ? 1 : -1);
      }),
    );
  });
});

describe('features of texts', () => {
  it('have the number of a bucket as their name, a signed logarithm, and the words to read', () => {
    const { bucket, sign } = hashToken('refused');
    const feature = extractFeatures(saying('connection refused', 'refused')).get(`text:${bucket}`);
    expect(feature?.value).toBeCloseTo(sign * Math.log1p(2), 12);
    expect(feature?.subject).toEqual({
      key: `text:${bucket}`,
      text: 'the alerts say "refused"',
      link: { kind: 'incident' },
      abnormal: false,
    });
  });

  it('count alerts with the same words once, and are not there without words', () => {
    expect(hashedOf(saying('a b', 'a b', 'a b'))).toEqual(hashedOf(saying('a b')));
    expect(Object.keys(hashedOf(saying('a b')))).toHaveLength(3);
    expect(hashedOf(evidenceOf({ alerts: [alertOf('CrmApiSlow')] }))).toEqual({});
  });

  it('have names that the model may know, and no others have', () => {
    expect(isFeatureName('text:0') && isFeatureName('log:16383')).toBe(true);
    for (const name of ['text:16384', 'text:', 'text:01', 'text:-1', 'log:1.5', 'words:1']) {
      expect(isFeatureName(name), name).toBe(false);
    }
  });
});

describe('features of logs', () => {
  const minute = 60_000;
  const withLogs = (logs: Evidence['logs']): Evidence =>
    evidenceOf({ onsetAtMs: 0, capturedAtMs: 6 * minute, logs });

  it('are the lines beyond what was usual in as long a time, and the kinds that are new', () => {
    const evidence = withLogs([
      { template: 'connection refused', count: 12, before: 0 },
      { template: 'served', count: 4, before: 40 },
      { template: 'slow', count: 3, before: 10 },
      { template: 'gone', count: 0, before: 7 },
    ]);
    const { bucket, sign } = hashToken('refused');
    const slow = hashToken('slow');
    expect(hashedOf(evidence)).toMatchObject({
      [`log:${bucket}`]: sign * Math.log1p(12),
      [`log:${slow.bucket}`]: slow.sign * Math.log1p(2),
    });
    const features = extractFeatures(evidence);
    expect(features.get('group:log:new')?.value).toBeCloseTo(Math.log(2), 12);
    expect(features.get('group:log:excess')?.value).toBeCloseTo(Math.log1p(14), 12);
    expect(features.get(`log:${bucket}`)?.subject.text).toBe(
      'the log says "refused" in 12 lines like "connection refused" (0 an hour before)',
    );
  });

  it('are zero without a log', () => {
    const features = extractFeatures(withLogs(null));
    expect(features.get('group:log:new')?.value).toBe(0);
    expect(features.get('group:log:new')?.subject.text).toBe('no log was given');
    expect(hashedOf(withLogs([]))).toEqual({});
  });
});

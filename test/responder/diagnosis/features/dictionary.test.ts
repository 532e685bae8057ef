import { describe, expect, it } from 'vitest';
import { extractFeatures } from '../../../../src/responder/diagnosis/diagnosis.ts';
import { dictionaryOf } from '../../../../src/responder/diagnosis/features/features.ts';
import type { Dictionary } from '../../../../src/responder/diagnosis/features/features.ts';
import { hashToken } from '../../../../src/responder/diagnosis/features/hashed-words.ts';
import { alertOf, evidenceOf } from '../invented-evidence.ts';

/** Of alerts that say a text each, of the groups of the same number. */
function dictionaryOfTexts(texts: readonly string[], groups: readonly string[]): Dictionary {
  const all = texts.map((text) =>
    extractFeatures(evidenceOf({ alerts: [{ ...alertOf('CrmApiSlow'), words: text.split(' ') }] })),
  );
  return dictionaryOf(all, groups);
}

function nameOf(token: string): string {
  return `text:${hashToken(token).bucket}`;
}

describe('the dictionary of buckets', () => {
  it('tells which words a bucket stands for', () => {
    const dictionary = dictionaryOfTexts(
      ['connection refused', 'refused', 'refused'],
      ['1', '2', '3'],
    );
    expect(dictionary).toEqual({ [nameOf('refused')]: ['refused'] });
  });

  it('leaves out what fewer than three groups said, however often they said it', () => {
    const texts = ['bob refused', 'bob refused', 'bob refused', 'refused'];
    expect(dictionaryOfTexts(texts, ['1', '2', '2', '3'])).toEqual({
      [nameOf('refused')]: ['refused'],
    });
  });

  it('has the commonest first of words that collide', () => {
    const [common, rare] = collision();
    const texts = [common, common, common, common, rare, rare, rare];
    expect(dictionaryOfTexts(texts, ['1', '2', '3', '4', '5', '6', '7'])).toEqual({
      [nameOf(common)]: [common, rare],
    });
  });

  it('is the same in whichever order the groups come', () => {
    const texts = ['slow answers', 'slow log', 'slow answers', 'answers slow', 'slow', 'answers'];
    const groups = texts.map((_, index) => String(index));
    const turned = dictionaryOfTexts(texts.toReversed(), groups.toReversed());
    expect(JSON.stringify(turned)).toBe(JSON.stringify(dictionaryOfTexts(texts, groups)));
  });
});

/** Two words of one bucket. */
function collision(): readonly [string, string] {
  const seen = new Map<number, string>();
  for (let index = 0; ; index++) {
    const word = `w${String.fromCodePoint(97 + (index % 26))}${index}`;
    const { bucket } = hashToken(word);
    const other = seen.get(bucket);
    if (other !== undefined) return [other, word];
    seen.set(bucket, word);
  }
}

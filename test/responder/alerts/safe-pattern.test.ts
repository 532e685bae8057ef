import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSafePattern } from '../../../src/responder/alerts/alerts.ts';

describe('patterns of operators', () => {
  it.each([
    'C-\\d{4,8}',
    '(?:Mr|Mrs|Ms) [A-Z][a-z]{1,30}',
    '[a-z]{2,64}\\.local',
    '\\p{Lu}\\p{Ll}{1,20}',
    '(?:ab){2}c?',
    'x{3}?',
    '[\\]a]{1,3}',
  ])('are taken: %s', (pattern) => {
    expect(parseSafePattern(pattern)).toMatchObject({ ok: true });
  });

  it.each([
    ['(a+)+b', '"+" has no upper bound'],
    ['a*', '"*" has no upper bound'],
    ['a{2,}', '"{2,}" has no upper bound'],
    ['(a{1,9}){1,9}', 'a repetition or a choice within a repetition can take for ever'],
    ['(a|a){1,30}b', 'a repetition or a choice within a repetition can take for ever'],
    ['(?:a?){30}', 'a repetition or a choice within a repetition can take for ever'],
    ['a{1,99}a{1,99}', 'a match of it can go 9801 ways, more than 1000'],
    ['a{1,5000}', '"{1,5000}" repeats more than 1000 times'],
    ['(a)\\1', 'it refers back to what it matched'],
    ['(?<=a)b', 'only plain groups are taken'],
    ['(?!a)b', 'only plain groups are taken'],
    ['a?', 'it matches nothing at all, too'],
    ['(', 'it is no regular expression'],
    ['', 'it is empty'],
  ])('are refused: %s', (pattern, why) => {
    expect(parseSafePattern(pattern)).toMatchObject({ ok: false, why });
  });

  it('that are taken are quick on texts made against them', () => {
    const piece = fc.constantFrom('a', '[ab]', '.', '(?:ab|a)', 'a?', 'a{1,9}', '(?:aa){1,5}', 'b');
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        const parsed = parseSafePattern(`${pieces.join('')}c`);
        fc.pre(parsed.ok);
        if (!parsed.ok) return;
        const beganAt = performance.now();
        'a'.repeat(2000).replaceAll(parsed.pattern, '');
        expect(performance.now() - beganAt).toBeLessThan(2000);
      }),
    );
  });
});

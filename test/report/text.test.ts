import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitText, figureText, percentText, textWidth } from '../../src/report/text.ts';

describe('a text that is cut to fit', () => {
  it('is whole when it has room, and otherwise begins alike, ends in an ellipsis and has room', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 20, max: 300 }),
        (text, width) => {
          const fitted = fitText(text, width, 13);
          if (textWidth(text, 13) <= width) {
            expect(fitted).toBe(text);
            return;
          }
          expect(fitted.endsWith('…')).toBe(true);
          expect(text.startsWith(fitted.slice(0, -1))).toBe(true);
          expect(textWidth(fitted, 13)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it('is not cut within a character of several code points', () => {
    const family = '👩‍👩‍👧';
    expect(fitText(family.repeat(9), 60, 13)).toBe(`${family.repeat(3)}…`);
  });

  it('gives wide characters more room than narrow ones', () => {
    expect(textWidth('漢漢', 10)).toBeGreaterThan(textWidth('mm', 10));
    expect(textWidth('mm', 10)).toBeGreaterThan(textWidth('ii', 10));
  });
});

describe('numbers', () => {
  it('of shares show no dust of the binary', () => {
    expect(percentText(0.1 + 0.2)).toBe('30 %');
    expect(percentText(0.95333, 1)).toBe('95.3 %');
  });

  it('that the rows cannot tell are a dash', () => {
    expect([figureText(null), figureText(Number.NaN), figureText(0.98)]).toEqual([
      '–',
      '–',
      '0.9800',
    ]);
  });
});

import { describe, expect, it } from 'vitest';

import { createRepeatGuard } from '../../../src/exporter/connectors/web/repeat-guard.ts';

describe('a guard of cursors', () => {
  it.each([0, 1, 5, 16])('notices a circle of any length after %i pages', (before) => {
    for (const length of [1, 2, 3, 7, 8]) {
      const isRepeated = createRepeatGuard();
      const cursorAt = (page: number): string =>
        String(page < before ? page : before + ((page - before) % length));
      let page = 0;
      while (!isRepeated(cursorAt(page)) && page < 1000) page++;
      expect(page).toBeLessThan(3 * (before + length));
      expect(page).toBeGreaterThanOrEqual(before + length);
    }
  });

  it('takes no cursor for another', () => {
    const isRepeated = createRepeatGuard();
    const all = Array.from({ length: 5000 }, (_, page) => isRepeated(String(page)));
    expect(all.some(Boolean)).toBe(false);
  });
});

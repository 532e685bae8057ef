import { describe, expect, it } from 'vitest';
import { parseLabOptions } from './options.ts';

describe('the options of the laboratory', () => {
  it('have defaults', () => {
    expect(parseLabOptions([])).toMatchObject({
      command: 'all',
      output: 'models/episodes.jsonl',
      perClass: 12,
      sandboxes: 4,
      trytons: 2,
      only: [],
    });
  });

  it('are read', () => {
    const words = ['record', '--per-class', '3', '--trytons', '0', '--only', 'a,b', '--seed', '9'];
    expect(parseLabOptions(words)).toMatchObject({
      command: 'record',
      perClass: 3,
      trytons: 0,
      only: ['a', 'b'],
      seed: 9,
    });
  });

  it.each([
    [['destroy'], /expected one of all, record/],
    [['record', 'twice'], /found "record twice"/],
    [['--per-class', 'many'], /--per-class takes a whole number/],
    [['--sandboxes', '11'], /from 0 to 10, found "11"/],
    [['--scrape', '0'], /--scrape takes a whole number from 1 to 60/],
    [['--sandboxes', '0', '--trytons', '0'], /leaves nothing to break/],
    [['--colour'], /--colour/],
  ])('refuse %j', (words, message) => {
    expect(() => parseLabOptions(words)).toThrow(message);
  });
});

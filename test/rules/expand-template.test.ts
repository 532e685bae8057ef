import { describe, expect, it } from 'vitest';
import { expandTemplate } from '../../src/rules/expand-template.ts';

const expand = (template: string, value = 0) =>
  expandTemplate(template, { labels: { target: 'a b' }, value, reason: 'dns' });

describe('expandTemplate', () => {
  it.each([
    ['{{ $labels.target }}', 0, 'a b'],
    ['?t={{ $labels.target | urlquery }}', 0, '?t=a%20b'],
    ['{{ $value | humanizePercentage }}', 0.123456, '12.35%'],
    ['{{ $value | humanizeDuration }}', 4.2, '4.2s'],
    ['{{ $value | humanizeDuration }}', 61, '1m 1s'],
    ['{{ $value | humanizeDuration }}', 3660, '1h 1m 0s'],
    ['{{ $value | humanizeDuration }}', 86_400, '1d 0h 0m 0s'],
    ['{{ $value | humanize }}', 63, '63'],
  ])('expands %s of %d', (template, value, expected) => {
    expect(expand(template, value)).toBe(expected);
  });

  it.each(['{{ $labels.reason }}', '{{ $value }}', '{{ $value | title }}', '{{ .Labels.x }}'])(
    'refuses %s, which would leave a hole in the text',
    (template) => {
      expect(() => expand(template)).toThrow(/cannot/);
    },
  );
});

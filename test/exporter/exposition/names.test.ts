import { describe, expect, it } from 'vitest';
import { ESCAPINGS, escapeName } from '../../../src/exporter/exposition/names.ts';
import { createOpenMetrics2 } from '../../../src/exporter/exposition/openmetrics-format.ts';
import { createText1 } from '../../../src/exporter/exposition/text-format.ts';

describe('names outside of the classic characters', () => {
  // The examples of "Escaping schemes" in the Prometheus documentation, and our own names.
  it.each([
    ['underscores', 'metric.name/with/slashes', 'metric_name_with_slashes'],
    ['dots', 'metric.name.with.dots', 'metric_dot_name_dot_with_dot_dots'],
    ['values', 'metric.name', 'U__metric_2E_name'],
    ['allow-utf-8', 'metric.name', 'metric.name'],
    ['underscores', '1a', '_a'],
    ['values', '1a_b', 'U___31_a__b'],
    ['dots', 'a/b', 'a_b'],
    ['values', '温度', 'U___6E29__5EA6_'],
    ['underscores', 'crm_probe_success', 'crm_probe_success'],
    ['values', 'crm_probe_success', 'crm_probe_success'],
    ['dots', 'crm_probe_success', 'crm__probe__success'],
  ] as const)('%s: %s', (escaping, name, escaped) => {
    expect(escapeName(name, 'metric', escaping)).toBe(escaped);
  });

  const point = {
    labels: ['label.name', 'v"\n\\', 'plain', 'x'],
    value: 1,
    prefixes: {},
  };
  const header = { name: 'metric.name', kind: 'gauge', help: 'Some help.' } as const;

  it('stand in quotes inside the braces where they may stay as they are', () => {
    for (const format of [createText1('allow-utf-8'), createOpenMetrics2('allow-utf-8')]) {
      expect(String(format.chunk(header, [point]))).toBe(
        '{"metric.name","label.name"="v\\"\\n\\\\",plain="x"} 1\n',
      );
      expect(String(format.head(header, 0))).toBe(
        '# HELP "metric.name" Some help.\n# TYPE "metric.name" gauge\n',
      );
    }
  });

  it('are classic ones in every other scheme, and what is remembered of one scheme is not told in another', () => {
    const shared = { ...point, prefixes: {} };
    const own = { labels: ['a_b', 'x'], value: 1, prefixes: {} };
    for (const escaping of [...ESCAPINGS, ...ESCAPINGS]) {
      const line = String(createText1(escaping).chunk(header, [shared]));
      const ours = String(createText1(escaping).chunk({ ...header, name: 'crm_x' }, [own]));
      expect(ours).toBe(escaping === 'dots' ? 'crm__x{a__b="x"} 1\n' : 'crm_x{a_b="x"} 1\n');
      if (escaping === 'allow-utf-8') expect(line).toContain('{"metric.name"');
      else expect(line).toMatch(/^[a-zA-Z_:][\w:]*\{[a-zA-Z_]\w*="/);
    }
  });
});

import { describe, expect, it } from 'vitest';
import {
  ALERT_NAMES,
  FAILURE_REASONS,
  FAULT_CLASS_NAMES,
  MEASUREMENT_NAMES,
  PROBE_METRICS,
  SELF_METRICS,
  UNKNOWN_REASONS,
} from '../../src/catalog/catalog.ts';
import { generateMetricsDocument, recordingGroups } from '../../src/rules/rules.ts';

describe('docs/METRICS.md', () => {
  const { text } = generateMetricsDocument();

  it('names everything of the catalog, and everything recorded', () => {
    const names = [
      ...MEASUREMENT_NAMES,
      ...Object.keys(PROBE_METRICS),
      ...Object.keys(SELF_METRICS),
      ...Object.keys(FAILURE_REASONS),
      ...Object.keys(UNKNOWN_REASONS),
      ...recordingGroups().flatMap((group) => group.rules.map((rule) => rule.record)),
    ];
    expect(names.filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
    expect(
      FAULT_CLASS_NAMES.filter((name) => !text.includes(`| [\`${name}\`](FAULTS.md#${name}) |`)),
    ).toEqual([]);
    expect(ALERT_NAMES.filter((name) => !text.includes(`[${name}](runbooks/${name}.md)`))).toEqual(
      [],
    );
  });

  it('has as many cells in each row as its table has columns', () => {
    let columns = 0;
    for (const line of text.split('\n')) {
      const cells = line.startsWith('|') ? line.split(/(?<!\\)\|/).length : 0;
      if (columns > 0 && cells > 0) expect(cells, line).toBe(columns);
      columns = cells;
    }
  });

  it('shows thresholds with the side that is bad', () => {
    expect(text).toContain('| above 0.08 / 0.25 |');
    expect(text).toContain('| below 0.8 / 0.3 |');
  });
});

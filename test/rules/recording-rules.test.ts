import { describe, expect, it } from 'vitest';
import { MEASUREMENTS, MEASUREMENT_NAMES, SEVERITIES } from '../../src/catalog/catalog.ts';
import {
  breachName,
  MEAN_MEASUREMENTS,
  MEAN_WINDOWS,
  meanName,
  recordingGroups,
} from '../../src/rules/rules.ts';

const rules = recordingGroups().flatMap((group) => group.rules);
const expressionsOf = (name: string) =>
  rules.filter((rule) => rule.record === name).map((rule) => rule.expr);

describe('recording rules', () => {
  it('record the mean as sum over count of all samples, whoever measured them', () => {
    expect(meanName('crm_missing_ratio', '5m')).toBe('target:crm_missing_ratio:mean5m');
    expect(expressionsOf('target:crm_missing_ratio:mean5m')).toEqual([
      [
        'sum by (target, object, field) (sum_over_time(crm_missing_ratio[5m]))',
        '/',
        'sum by (target, object, field) (count_over_time(crm_missing_ratio[5m]))',
      ].join('\n'),
    ]);
  });

  it('compare above or below as the catalog says, with the threshold that alerts earlier', () => {
    expect(expressionsOf('target:crm_missing_ratio:breach5m')).toEqual(
      SEVERITIES.map((severity) =>
        [
          'target:crm_missing_ratio:mean5m',
          '> bool on (target) group_left ()',
          `min by (target) (crm_probe_threshold{metric="crm_missing_ratio",severity="${severity}"})`,
        ].join('\n'),
      ),
    );
    expect(expressionsOf('target:crm_certificate_remaining_seconds:breach1h')[0]).toContain(
      '< bool on (target) group_left ()\nmax by (target)',
    );
  });

  it('cover every gauge in seconds, as a ratio or a count, and no setting or time', () => {
    for (const name of MEASUREMENT_NAMES) {
      const { unit, threshold } = MEASUREMENTS[name];
      const isMeant = unit === 'seconds' || unit === 'ratio' || unit === 'count';
      expect(MEAN_MEASUREMENTS.includes(name), name).toBe(isMeant);
      for (const window of MEAN_WINDOWS) {
        expect(expressionsOf(meanName(name, window)), name).toHaveLength(isMeant ? 1 : 0);
        expect(expressionsOf(breachName(name, window)), name).toHaveLength(
          threshold === undefined ? 0 : SEVERITIES.length,
        );
      }
    }
  });

  it('never turn absence into a number', () => {
    expect(rules.filter((rule) => /vector|absent|\bor\b/.test(rule.expr))).toEqual([]);
  });

  it('have no two rules of the same name and labels, and names of three parts', () => {
    const identities = rules.map((rule) => JSON.stringify([rule.record, rule.labels]));
    expect(new Set(identities).size).toBe(identities.length);
    for (const rule of rules) {
      expect(rule.record).toMatch(
        /^(target|target_probe|platform|fleet):crm_\w+:(mean|breach)(5m|1h)$/,
      );
    }
  });
});

import { describe, expect, it } from 'vitest';
import { ALERTS, ALERT_NAMES, SEVERITIES } from '../../src/catalog/catalog.ts';
import type { AlertName } from '../../src/catalog/catalog.ts';
import { alertGroups, RUNBOOK_BASE_URL } from '../../src/rules/rules.ts';

const rules = alertGroups().flatMap((group) => group.rules);
const rulesOf = (name: AlertName) => rules.filter((rule) => rule.alert === name);

describe('alert rules', () => {
  it('need both the mean and the last value past a threshold, once per severity', () => {
    expect(rulesOf('CrmSecondFactorCoverageLow').map((rule) => rule.labels['severity'])).toEqual([
      ...SEVERITIES,
    ]);
    expect(rulesOf('CrmSecondFactorCoverageLow')[0]?.expr).toBe(
      [
        'target:crm_second_factor_coverage_ratio:mean5m',
        'and on (target) target:crm_second_factor_coverage_ratio:breach5m{severity="warning"} == 1',
        'and on (target) sum by (target) (count_over_time(crm_second_factor_coverage_ratio[5m])) >= 3',
        'and on (target) (',
        '  min by (target) (crm_second_factor_coverage_ratio)',
        '  < on (target) group_left ()',
        '  max by (target) (crm_probe_threshold{metric="crm_second_factor_coverage_ratio",severity="warning"})',
        ')',
      ].join('\n'),
    );
  });

  it('write increases, drops and failed probes so that exporters can come and go', () => {
    expect(rulesOf('CrmPrivilegedUsersIncreased').map((rule) => rule.expr)).toEqual([
      'max by (target) (crm_privileged_users)\n- min by (target) (min_over_time(crm_privileged_users[1h]))\n> 0',
    ]);
    expect(rulesOf('CrmRecordsDropped').map((rule) => rule.expr)).toEqual([
      'min by (target, object) (crm_records)\n/ max by (target, object) (quantile_over_time(0.5, crm_records[1h]))\n< 0.8',
    ]);
    expect(rulesOf('CrmUnreachable').map((rule) => rule.expr)).toEqual([
      'max by (target, probe) (crm_probe_hard_failure{probe=~"reachability"}) == 1',
    ]);
  });

  it('keep the reason out of the identity of an alert', () => {
    for (const rule of rules) {
      expect(Object.keys(rule.labels), rule.alert).toEqual(['severity', 'area']);
      expect(rule.expr, rule.alert).not.toContain('reason');
    }
    expect(rulesOf('CrmUnreachable')[0]?.annotations['reason']).toContain('$sample.Labels.reason');
  });

  it('say what it means, where to read on and where to look', () => {
    expect(new Set(rules.map((rule) => rule.alert))).toEqual(new Set(ALERT_NAMES));
    for (const rule of rules) {
      const name = rule.alert as AlertName;
      expect(rule.annotations).toMatchObject({
        summary: ALERTS[name].summary,
        runbook_url: `${RUNBOOK_BASE_URL}/${name}.md`,
        dashboard_url: expect.stringMatching(/^\/d\/crmwatch-/),
      });
      expect(rule.annotations['description'], name).not.toBe('');
      expect(JSON.stringify(rule.annotations), name).not.toContain('$labels.reason');
    }
  });
});

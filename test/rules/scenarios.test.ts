import { describe, expect, it } from 'vitest';
import { ALERTS, ALERT_NAMES, MEASUREMENTS } from '../../src/catalog/catalog.ts';
import { allScenarios, SCENARIO_KINDS } from '../../src/rules/rules.ts';
import type { ScenarioKind } from '../../src/rules/rules.ts';

const EVALUATION_SECONDS = 60;

const scenariosOf = (name: string, kind?: ScenarioKind) =>
  allScenarios().filter(
    (scenario) => scenario.alert === name && (kind === undefined || scenario.kind === kind),
  );

describe.each(ALERT_NAMES)('the unit tests of %s', (name) => {
  const scenarios = scenariosOf(name);

  it('show that it fires, stays quiet, resolves, and what it does without data', () => {
    expect(new Set(scenarios.map((scenario) => scenario.kind))).toEqual(new Set(SCENARIO_KINDS));
  });

  it('expect an alert where they say that it fires', () => {
    for (const { checks } of scenariosOf(name, 'fires')) {
      expect(checks.some((check) => check.expected.length > 0)).toBe(true);
    }
  });

  it('expect only severities that the alert has', () => {
    const { condition, severity } = ALERTS[name];
    const isTwofold = condition.kind === 'threshold' || condition.kind === 'state';
    const allowed = isTwofold ? ['warning', 'critical'] : [severity];
    for (const { expected } of scenarios.flatMap((scenario) => scenario.checks)) {
      for (const alert of expected) expect(allowed).toContain(alert.severity);
    }
  });
});

// The watchdog is never quiet by design: its silence is the message.
describe.each(ALERT_NAMES.filter((each) => each !== 'CrmWatchdog'))('%s', (name) => {
  it('expect none where they say that it is quiet', () => {
    for (const { checks } of scenariosOf(name, 'stays quiet')) {
      expect(checks.flatMap((check) => check.expected)).toEqual([]);
    }
    for (const { checks } of scenariosOf(name, 'no data'))
      expect(checks.at(-1)?.expected).toEqual([]);
  });

  it('resolve within one evaluation of the first good value', () => {
    for (const { checks } of scenariosOf(name, 'resolves')) {
      const [firing, resolved] = checks.slice(-2);
      expect(firing?.expected.length).toBeGreaterThan(0);
      expect(resolved?.expected).toEqual([]);
      expect((resolved?.atSeconds ?? 0) - (firing?.atSeconds ?? 0)).toBe(EVALUATION_SECONDS);
    }
  });
});

it('CrmWatchdog fires in all of its scenarios', () => {
  for (const { checks } of scenariosOf('CrmWatchdog')) {
    for (const { expected } of checks) expect(expected).toHaveLength(1);
  }
});

it('no default threshold is past after a single bad sample among good ones', () => {
  const above = Object.values(MEASUREMENTS).flatMap(({ threshold }) =>
    threshold?.bad === 'above' ? [threshold.defaults.warning] : [],
  );
  expect(above.length).toBeGreaterThan(10);
  // Good counts are 0, and the mean of one bad value and many of these is above 0.
  expect(Math.min(...above)).toBeGreaterThan(0);
});

import { ALERTS, ALERT_NAMES } from '../catalog/catalog.ts';
import type { AlertName } from '../catalog/catalog.ts';
import { ALERT_AREAS } from './alert-rules.ts';
import { alertAnnotations } from './annotations.ts';
import { expandTemplate } from './expand-template.ts';
import { MEAN_WINDOWS } from './expressions.ts';
import { toYaml } from './rule-file.ts';
import type { GeneratedFile } from './rule-file.ts';
import { recordingTests } from './scenarios/recording.ts';
import { SAMPLE_SECONDS } from './scenarios/scenario.ts';
import type { Check, ExpectedAlert, Scenario } from './scenarios/scenario.ts';
import { alertScenarios } from './scenarios/scenarios.ts';

/** One file of unit tests for promtool per alert, and one for the recording rules. */
export function unitTestFiles(): readonly GeneratedFile[] {
  return [
    testFile('recording', ['recording'], recordingTests()),
    ...ALERT_NAMES.map((name) => {
      // Loading only what the alert reads keeps the run of all tests short.
      const needed =
        ALERTS[name].condition.kind === 'threshold' ? ['recording', 'alerts'] : ['alerts'];
      return testFile(name, needed, alertScenarios(name).map(scenarioTest));
    }),
  ];
}

function testFile(
  name: string,
  ruleFiles: readonly string[],
  tests: readonly object[],
): GeneratedFile {
  const text = toYaml({
    rule_files: ruleFiles.map((file) => `../${file}.yaml`),
    evaluation_interval: `${SAMPLE_SECONDS}s`,
    // Promtool evaluates groups without an order in any order; alerts need the means of the same instant.
    group_eval_order: [
      ...MEAN_WINDOWS.map((window) => `crmwatch-means-${window}`),
      ...ALERT_AREAS.map((area) => `crmwatch-alerts-${area}`),
    ],
    tests,
  });
  return { path: `alert-rules/tests/${name}.test.yaml`, text };
}

function scenarioTest(scenario: Scenario): object {
  return {
    name: `${scenario.alert} ${scenario.kind}: ${scenario.title}`,
    interval: `${SAMPLE_SECONDS}s`,
    input_series: scenario.series,
    alert_rule_test: scenario.checks.map((check) => checkTest(scenario.alert, check)),
  };
}

function checkTest(alert: AlertName, check: Check): object {
  return {
    eval_time: `${check.atSeconds}s`,
    alertname: alert,
    exp_alerts: check.expected.map((expected) => expectedAlert(alert, expected)),
  };
}

function expectedAlert(alert: AlertName, expected: ExpectedAlert): object {
  const definition = ALERTS[alert];
  const { labels, value, reason = '' } = expected;
  const annotations = Object.entries(alertAnnotations(alert, definition)).map(
    ([name, template]) => [name, expandTemplate(template, { labels, value, reason })] as const,
  );
  return {
    exp_labels: { ...labels, severity: expected.severity, area: definition.area },
    exp_annotations: Object.fromEntries(annotations),
  };
}

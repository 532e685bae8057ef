import { alertGroups } from './alert-rules.ts';
import { recordingGroups } from './recording-rules.ts';
import { toYaml } from './rule-file.ts';
import type { GeneratedFile } from './rule-file.ts';
import { unitTestFiles } from './unit-tests.ts';

/** Everything under alert-rules/: recording rules, alerting rules and their unit tests for promtool. */
export function generateRuleFiles(): readonly GeneratedFile[] {
  return [
    { path: 'alert-rules/recording.yaml', text: toYaml({ groups: recordingGroups() }) },
    { path: 'alert-rules/alerts.yaml', text: toYaml({ groups: alertGroups() }) },
    ...unitTestFiles(),
  ];
}

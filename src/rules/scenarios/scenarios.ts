import { ALERTS, ALERT_NAMES } from '../../catalog/catalog.ts';
import type { AlertName } from '../../catalog/catalog.ts';
import { offScenarios } from './off.ts';
import { dropScenarios, increaseScenarios } from './change.ts';
import { pipelineScenarios } from './pipeline.ts';
import { probeFailedScenarios } from './probe-failed.ts';
import type { Scenario } from './scenario.ts';
import { stateScenarios } from './state.ts';
import { thresholdScenarios } from './threshold.ts';

/** What has to be proved about one alert, derived from its condition in the catalog. */
export function alertScenarios(name: AlertName): readonly Scenario[] {
  const { condition } = ALERTS[name];
  switch (condition.kind) {
    case 'threshold':
      return thresholdScenarios(name, condition.metric);
    case 'probe_failed':
      return probeFailedScenarios(name, condition.probes);
    case 'state':
      return stateScenarios(name, condition);
    case 'off':
      return offScenarios(name, condition.metric);
    case 'increase':
      return increaseScenarios(name, condition.metric);
    case 'drop':
      return dropScenarios(name, condition.metric, condition.ratio);
    default:
      return pipelineScenarios(name);
  }
}

export function allScenarios(): readonly Scenario[] {
  return ALERT_NAMES.flatMap(alertScenarios);
}

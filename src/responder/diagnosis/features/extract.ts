import { EVIDENCE_SCHEMA } from '../../evidence/evidence.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { alertFeatures, groupFeatures, labelFeatures } from './alert-features.ts';
import type { Feature, Features } from './feature.ts';
import { probeFeatures, reasonFeatures } from './probe-features.ts';
import { signalFeatures } from './signal-features.ts';
import { isHashedName, logFeatures, textFeatures } from './text-features.ts';
import { changeFeatures, timingFeatures } from './timing-features.ts';

/** One line for each family of features. */
const EXTRACTORS: readonly ((evidence: Evidence) => readonly Feature[])[] = [
  alertFeatures,
  groupFeatures,
  labelFeatures,
  timingFeatures,
  changeFeatures,
  probeFeatures,
  reasonFeatures,
  signalFeatures,
  logFeatures,
  textFeatures,
];

/**
 * Turns evidence into named numbers. No name of a target, platform, object or field is among them, so a model that
 * learnt from one CRM fits another. All are finite.
 */
export function extractFeatures(evidence: Evidence): Features {
  const features = new Map<string, Feature>();
  for (const extract of EXTRACTORS) {
    for (const feature of extract(evidence)) features.set(feature.name, feature);
  }
  return features;
}

const NOTHING: Evidence = {
  schema: EVIDENCE_SCHEMA,
  target: 'none',
  platform: 'none',
  capturedAtMs: 0,
  onsetAtMs: 0,
  alerts: [],
  probes: [],
  signals: [],
  changes: [],
  logs: null,
  dependsOn: [],
  related: [],
  gaps: [],
};

const CONSTANT_NAMES: ReadonlySet<string> = new Set(extractFeatures(NOTHING).keys());

/** Whether `extractFeatures` may give a feature of this name. */
export function isFeatureName(name: string): boolean {
  return CONSTANT_NAMES.has(name) || isHashedName(name);
}

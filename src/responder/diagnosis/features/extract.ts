import type { Evidence } from '../../evidence/evidence.ts';
import { alertFeatures, groupFeatures } from './alert-features.ts';
import type { Features } from './feature.ts';
import { probeFeatures, reasonFeatures } from './probe-features.ts';
import { signalFeatures } from './signal-features.ts';

/**
 * Turns evidence into named numbers, the same names for every evidence. No name of a target, platform, object or
 * field is among them, so a model that learnt from one CRM fits another.
 */
export function extractFeatures(evidence: Evidence): Features {
  const features = [
    ...alertFeatures(evidence),
    ...groupFeatures(evidence),
    ...probeFeatures(evidence),
    ...reasonFeatures(evidence),
    ...signalFeatures(evidence),
  ];
  return new Map(features.map((feature) => [feature.name, feature]));
}

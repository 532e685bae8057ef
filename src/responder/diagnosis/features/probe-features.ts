import { FAILURE_REASONS, PROBE_KIND_NAMES } from '../../../catalog/catalog.ts';
import type { FailureReason } from '../../../catalog/catalog.ts';
import type { Evidence, EvidenceProbe } from '../../evidence/evidence.ts';
import { featuresOf, nameFeatures } from './feature.ts';
import type { Feature } from './feature.ts';

/** A probe failed when its last run did; where that is not known, when it is in the hard failed state. */
export function hasFailed(probe: EvidenceProbe): boolean {
  return probe.success === null ? probe.hardFailure === true : !probe.success;
}

const OF_KINDS = PROBE_KIND_NAMES.map((kind) => ({
  kind,
  ...nameFeatures(`probe:${kind}`, ['failed', 'hard', 'missing']),
}));
const OF_REASONS = (Object.keys(FAILURE_REASONS) as FailureReason[]).map((reason) => ({
  reason,
  ...nameFeatures(`reason:${reason}`, ['', 'any', 'share']),
}));
const OF_FAILED = nameFeatures('group:probes_failed', ['', 'several']);

function stateText(probe: EvidenceProbe | undefined): string {
  if (probe === undefined) return 'is not known';
  if (hasFailed(probe)) return `fails${probe.reason === null ? '' : ` (${probe.reason})`}`;
  return probe.success === null ? 'has no current result' : 'passes';
}

/**
 * The state of every probe kind. A kind that the evidence does not name counts as not failed: platforms differ
 * in what they can tell, and a model trained on one must fit the others.
 */
export function probeFeatures(evidence: Evidence): readonly Feature[] {
  return OF_KINDS.flatMap((names) => {
    const { kind: name } = names;
    const probe = evidence.probes.find((candidate) => candidate.probe === name);
    const failed = probe !== undefined && hasFailed(probe);
    const silent = probe !== undefined && probe.success === null;
    const subject = {
      key: names.key,
      text: `probe ${name} ${stateText(probe)}`,
      link: { kind: 'probe', name },
      abnormal: failed || silent,
    } as const;
    const hard = probe?.hardFailure === true;
    return featuresOf(names, subject, [Number(failed), Number(hard), Number(silent)]);
  });
}

/** Why probes fail: how many fail for each reason of the closed set, and which share of all that fail. */
export function reasonFeatures(evidence: Evidence): readonly Feature[] {
  const failed = evidence.probes.filter(hasFailed);
  const link = { kind: 'incident' } as const;
  const ofReasons = OF_REASONS.flatMap((names) => {
    const { reason } = names;
    const because = failed.filter((probe) => probe.reason === reason);
    const count = because.length;
    const text =
      count === 0
        ? `no probe fails because ${FAILURE_REASONS[reason]}`
        : `${count} of ${failed.length} failed probes fail because ${FAILURE_REASONS[reason]}`;
    const first = because[0];
    const subject = {
      key: names.key,
      text,
      link: first === undefined ? link : ({ kind: 'probe', name: first.probe } as const),
      abnormal: count > 0,
    };
    return featuresOf(names, subject, [
      Math.log1p(count),
      Number(count > 0),
      failed.length === 0 ? 0 : count / failed.length,
    ]);
  });
  const subject = {
    key: OF_FAILED.key,
    text: `${failed.length} of ${evidence.probes.length} probes fail`,
    link,
    abnormal: failed.length > 0,
  };
  const values = [Math.log1p(failed.length), Number(failed.length > 1)];
  return [...ofReasons, ...featuresOf(OF_FAILED, subject, values)];
}

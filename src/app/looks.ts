import { MEASUREMENTS } from '../catalog/catalog.ts';
import type { FailureReason, ProbeKindName } from '../catalog/catalog.ts';
import type { ProbeRun } from '../exporter/probes/probes.ts';
import type { Failure } from '../http/http.ts';
import type { ProposedChecks } from './proposed-checks.ts';

/** What one probe said when it was run once; without `run` the connection has nothing to ask. */
export type ProbeLook = {
  readonly kind: ProbeKindName;
  readonly run?: ProbeRun;
  /** The deadline that it would have without a word in the configuration. */
  readonly usualTimeoutMs: number;
};

/** The checks that are proposed for one object, and what they measured; `failure` where it cannot be read. */
export type ObjectLook = {
  readonly object: string;
  readonly proposed?: ProposedChecks;
  readonly run?: ProbeRun;
  readonly failure?: Failure;
};

export type FirstLook = {
  readonly probes: readonly ProbeLook[];
  readonly objects: readonly ObjectLook[];
  /** The CRM was not reached or did not let the account in, so that nothing else was tried. */
  readonly stoppedBy?: { readonly kind: ProbeKindName; readonly failure: Failure };
};

/** Troubles of today: the probe is right, and will tell when they are over. */
const PASSING: ReadonlySet<FailureReason> = new Set<FailureReason>([
  'dns',
  'tcp',
  'tls',
  'timeout',
  'rate_limited',
  'quota_exhausted',
  'server_error',
  'database_unavailable',
]);

/** Without these there is nothing to ask further, and a rejected log-in that is repeated may lock the account. */
export const DECISIVE: readonly ProbeKindName[] = ['reachability', 'login'];

/** Whether nothing else is tried once this probe has failed. */
export function isDecisive(kind: ProbeKindName): boolean {
  return DECISIVE.includes(kind);
}

/** A probe works when it told something, fails for as long as nothing is changed, or is in trouble today alone. */
export type Verdict = 'works' | 'partly' | 'passing' | 'fails' | 'unsupported';

const NEVER: ReadonlySet<string> = new Set(['not_supported', 'not_permitted', 'not_configured']);

export function judgeLook({ run }: ProbeLook): Verdict {
  if (run === undefined) return 'unsupported';
  const { result } = run;
  if (!result.ok) return PASSING.has(result.failure.reason) ? 'passing' : 'fails';
  const never = result.unknowns.filter(({ reason }) => NEVER.has(reason));
  if (never.length === 0) return 'works';
  // Only what was measured counts, and not what the probe was told itself, such as the length of a window.
  const isMeasured = result.samples.some(({ metric }) => MEASUREMENTS[metric].unit !== 'native');
  return isMeasured ? 'partly' : 'fails';
}

/** The checks of an object were tried, and its CRM had nothing against them. */
export function isTried({ proposed, run }: ObjectLook): boolean {
  return proposed !== undefined && run?.result.ok === true;
}

export type {
  ProbeContext,
  ProbeKind,
  ProbeResult,
  ProbeRun,
  Sample,
  UnknownSample,
} from './probe.ts';
export { defaultTargetProbes, targetProbesDecoder } from './probe-settings.ts';
export type { ProbeSettings, TargetProbes } from './probe-settings.ts';
export { PROBE_REGISTRY } from './registry.ts';
export { runProbe } from './run-probe.ts';
export type { ProbeTarget, RunProbeOptions } from './run-probe.ts';

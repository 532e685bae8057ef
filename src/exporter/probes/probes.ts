export type {
  ProbeContext,
  ProbeKind,
  ProbeResult,
  ProbeRun,
  Sample,
  UnknownSample,
} from './probe.ts';

import type { ProbeKindName } from '../../src/catalog/catalog.ts';
import type { ProbeResult, ProbeRun } from '../../src/exporter/probes/probes.ts';
import type { ProbeReport } from '../../src/exporter/scheduler/scheduler.ts';

export const PASSED: ProbeResult = { ok: true, samples: [], unknowns: [] };
export const FAILED: ProbeResult = {
  ok: false,
  failure: { reason: 'tcp', detail: 'refused' },
  samples: [],
};

export function createRun(
  target: string,
  probe: ProbeKindName,
  result: ProbeResult = PASSED,
): ProbeRun {
  return {
    target,
    platform: 'fake',
    probe,
    result,
    startedAtMs: 1_000_000,
    endedAtMs: 1_000_250,
    durationSeconds: 0.25,
  };
}

export function createReport(run: ProbeRun): ProbeReport {
  return {
    run,
    state: {
      attempt: run.result.ok ? 0 : 1,
      stateType: run.result.ok ? 'hard' : 'soft',
      hardFailure: false,
    },
    change: run.result.ok ? 'none' : 'soft_failure',
    checkIntervalMs: 30_000,
    maxAttempts: 3,
  };
}

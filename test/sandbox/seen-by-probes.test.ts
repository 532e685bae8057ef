import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTargets } from '../../src/app/targets.ts';
import type { Targets } from '../../src/app/targets.ts';
import type { FailureReason, MeasurementName, ProbeKindName } from '../../src/catalog/catalog.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { ProbeResult } from '../../src/exporter/probes/probes.ts';
import { createSilentLogger, createSystemClock, createSystemRandom } from '../../src/std/std.ts';
import { startSandboxSite } from '../support/sandbox-site.ts';
import type { SandboxSite } from '../support/sandbox-site.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

const folder = createTemporaryFolder();
let site: SandboxSite;
let targets: Targets;
beforeAll(async () => {
  site = await startSandboxSite(folder.path);
  const loaded = loadConfig(site.configFile, {});
  targets = createTargets({
    targets: loaded.config.targets,
    folder: loaded.folder,
    resolveSecret: loaded.resolveSecret,
    clock: createSystemClock(),
    random: createSystemRandom(),
    logger: createSilentLogger(),
  });
});
afterAll(async () => {
  await targets.close();
  await site.stop();
  folder[Symbol.dispose]();
});

async function probe(kind: ProbeKindName, timeoutMs?: number): Promise<ProbeResult> {
  const run = await targets.run('sandbox', kind, timeoutMs === undefined ? {} : { timeoutMs });
  if (run === undefined) throw new Error(`the sandbox lacks ${kind}`);
  return run.result;
}

async function reasonOf(kind: ProbeKindName, timeoutMs?: number): Promise<FailureReason | null> {
  const result = await probe(kind, timeoutMs);
  return result.ok ? null : result.failure.reason;
}

async function whileBroken(
  fault: string,
  intensity: number,
  look: () => Promise<void>,
): Promise<void> {
  await site.sandbox.break(fault, { intensity });
  try {
    await look();
  } finally {
    await site.sandbox.mend(fault);
  }
}

/** Asks until the answer is one of those that are wanted; chance may let some runs pass. */
async function comesTo(
  wanted: readonly FailureReason[],
  ask: () => Promise<FailureReason | null>,
): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const reason = await ask();
    if (reason !== null && wanted.includes(reason)) return;
    if (reason !== null) expect(wanted).toContain(reason);
  }
  expect.fail(`never one of ${wanted.join(', ')}`);
}

async function valueOf(
  kind: ProbeKindName,
  metric: MeasurementName,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { samples } = await probe(kind);
  const sample = samples.find(
    (each) =>
      each.metric === metric &&
      Object.entries(labels).every(([name, value]) => each.labels[name] === value),
  );
  if (sample === undefined) throw new Error(`${kind} measured no ${metric}`);
  return sample.value;
}

type Seen = readonly [
  fault: string,
  intensity: number,
  probe: ProbeKindName,
  timeoutMs: number,
  reasons: readonly FailureReason[],
  /** What goes on meanwhile. */
  spared: ProbeKindName | null,
];

const FAILURES: readonly Seen[] = [
  ['network_slow', 1, 'reachability', 1500, ['timeout'], null],
  ['network_lossy', 1, 'api_latency', 900, ['timeout'], null],
  ['network_resets', 1, 'reachability', 4000, ['tls', 'tcp', 'bad_payload'], null],
  ['network_silent', 0.5, 'reachability', 500, ['timeout'], null],
  ['certificate_untrusted', 0.5, 'login', 4000, ['certificate_untrusted'], null],
  ['overloaded', 0.2, 'api_latency', 800, ['timeout'], null],
  ['server_errors', 0.2, 'login', 4000, ['server_error'], 'reachability'],
  ['server_errors', 1, 'reachability', 4000, ['server_error'], null],
  ['rate_limited', 1, 'login', 4000, ['rate_limited'], 'reachability'],
  ['database_gone', 0.5, 'api_latency', 4000, ['database_unavailable'], 'reachability'],
  ['database_slow', 0, 'api_latency', 500, ['timeout'], 'reachability'],
  ['fields_renamed', 0, 'accounts', 4000, ['schema_changed'], 'login'],
  ['fields_renamed', 1, 'api_quota', 4000, ['schema_changed'], 'login'],
  ['endpoints_missing', 0, 'accounts', 4000, ['not_found'], 'background_jobs'],
  ['endpoints_missing', 1, 'login', 4000, ['not_found'], 'reachability'],
];

describe('what the probes see of a fault', () => {
  it.each(FAILURES)('%s at %f: %s', async (fault, intensity, kind, timeoutMs, reasons, spared) => {
    await whileBroken(fault, intensity, async () => {
      await comesTo(reasons, async () => reasonOf(kind, timeoutMs));
      if (spared !== null) expect(await reasonOf(spared)).toBeNull();
    });
    // A connection that the fault had spoiled may fail once more.
    for (let tries = 0; tries < 5 && (await reasonOf(kind)) !== null; tries++);
    expect(await reasonOf(kind)).toBeNull();
  });

  it('integration_stopped: one object grows stale, and jobs fail', async () => {
    const staleOf = async (object: string): Promise<number> =>
      valueOf('data_quality', 'crm_stale_ratio', { object });
    const failedJobs = async (): Promise<number> =>
      valueOf('background_jobs', 'crm_jobs', { state: 'failed' });
    const before = await failedJobs();
    await whileBroken('integration_stopped', 0.2, async () => {
      expect(await staleOf('deal')).toBeGreaterThan(0.25);
      expect(await staleOf('account')).toBeLessThan(0.12);
      expect(await failedJobs()).toBeGreaterThanOrEqual(before + 40);
    });
    await whileBroken('integration_stopped', 1, async () => {
      expect(await staleOf('account')).toBeGreaterThan(0.4);
      expect(await staleOf('deal')).toBeLessThan(0.12);
    });
    expect(await staleOf('account')).toBeLessThan(0.12);
    expect(await failedJobs()).toBeLessThan(before + 5);
  });

  it('second_factor_removed: few users have one', async () => {
    const coverage = async (): Promise<number> =>
      valueOf('accounts', 'crm_second_factor_coverage_ratio');
    expect(await coverage()).toBeGreaterThan(0.7);
    await whileBroken('second_factor_removed', 0, async () => {
      expect(await coverage()).toBeLessThan(0.55);
    });
    expect(await coverage()).toBeGreaterThan(0.7);
  });

  it('break_in: log-ins fail and some succeed', async () => {
    const failed = async (): Promise<number> => valueOf('failed_logins', 'crm_failed_logins');
    const before = await failed();
    await whileBroken('break_in', 1, async () => {
      while ((await failed()) < before + 25);
    });
    expect(await failed()).toBeLessThan(before + 15);
  });
});

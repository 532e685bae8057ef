import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSilentLogger, createSystemClock } from '../../../src/std/std.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { startCell } from './cell.ts';
import type { Cell } from './cell.ts';
import { startSandboxCrm } from './sandbox-crm.ts';

const folder = createTemporaryFolder();
const options = { seed: 3, clock: createSystemClock(), logger: createSilentLogger() };
let cell: Cell;
beforeAll(async () => {
  const crm = await startSandboxCrm({
    ...options,
    name: 'crm',
    folder: folder.path,
    customers: 30,
    method: 'session',
  });
  cell = await startCell(crm, options);
});
afterAll(async () => {
  await cell.stop();
  folder[Symbol.dispose]();
});

async function scrape(path = '/metrics'): Promise<string> {
  const answer = await fetch(`http://${cell.exporter}${path}`, {
    signal: AbortSignal.timeout(10_000),
  });
  return answer.text();
}

/** The reason why a fresh run of a probe fails; null when it passes. */
async function reasonOf(probe: string): Promise<string | null> {
  const page = await scrape(`/probe?target=crm&module=${probe}`);
  return /crm_probe_failure_reason\{[^}]*reason="(\w+)"[^}]*\} 1/.exec(page)?.[1] ?? null;
}

async function whileBroken(id: string, strength: number, look: () => Promise<void>): Promise<void> {
  const fault = cell.faults.find((candidate) => candidate.id === id);
  if (fault === undefined) throw new Error(`there is no fault ${id}`);
  const mend = await fault.break(strength);
  try {
    await look();
  } finally {
    await mend();
  }
}

/** Results that are young enough are given again; so ask until there is another. */
async function comesTo(probe: string, wanted: string | null): Promise<void> {
  await expect.poll(() => reasonOf(probe), { timeout: 15_000, interval: 200 }).toBe(wanted);
}

describe('a target with an exporter of its own', () => {
  it('has the faults of its CRM, of its name and of its watching, each under one name', () => {
    const ids = cell.faults.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ['service_stopped', 'name_unknown', 'probes_stalled']) {
      expect(ids).toContain(id);
    }
  });

  it('answers other clients', async () => {
    await expect(cell.call()).resolves.toBeUndefined();
  });

  it.each([
    ['name_unknown', 0.2, 'reachability', 'dns'],
    ['name_unknown', 1, 'login', 'dns'],
    ['resolver_failing', 1, 'reachability', 'dns'],
    ['resolver_slow', 1, 'reachability', 'timeout'],
    ['target_refused', 0.5, 'reachability', 'refused_target'],
    ['service_stopped', 0.5, 'reachability', 'tcp'],
  ])('%s at %f: %s fails for %s', async (id, strength, probe, reason) => {
    await comesTo(probe, null);
    await whileBroken(id, strength, async () => comesTo(probe, reason));
    await comesTo(probe, null);
  });

  it('scrapes_refused and scrapes_silent: nobody reads the exporter', async () => {
    await whileBroken('scrapes_refused', 0.5, async () => {
      await expect(scrape()).rejects.toThrow();
    });
    expect(await scrape()).toContain('crm_probe_success');
    await whileBroken('scrapes_silent', 0.5, async () => {
      const silent = fetch(`http://${cell.exporter}/metrics`, { signal: AbortSignal.timeout(500) });
      await expect(silent).rejects.toThrow(/timeout|aborted/i);
    });
  });

  it('probes_stalled: results grow old while they are still served', async () => {
    const lastRun = async (): Promise<number> =>
      Number(
        /crm_probe_last_run_timestamp_seconds\{[^}]*probe="reachability"[^}]*\} (\S+)/.exec(
          await scrape(),
        )?.[1],
      );
    const ageSeconds = async (): Promise<number> => Date.now() / 1000 - (await lastRun());
    const soon = { timeout: 15_000, interval: 200 };
    await expect.poll(ageSeconds, soon).toBeLessThan(3);
    // The probe runs every five seconds.
    await whileBroken('probes_stalled', 0.5, async () => {
      await expect.poll(ageSeconds, soon).toBeGreaterThan(8);
    });
    await expect.poll(ageSeconds, soon).toBeLessThan(3);
  });
});

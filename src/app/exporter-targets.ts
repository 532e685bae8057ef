import type { TargetConfig } from '../config/config.ts';
import type { Exposition } from '../exporter/exposition/exposition.ts';
import type { Scheduler, SharedRuns } from '../exporter/scheduler/scheduler.ts';
import type { Target, Targets } from './targets.ts';

export type ExporterRooms = {
  readonly targets: Targets;
  readonly exposition: Exposition;
  readonly scheduler: Scheduler;
  readonly sharedRuns: SharedRuns;
};

export function exposeTarget(exposition: Exposition, { config, connector, plan }: Target): void {
  exposition.setTarget({
    name: config.name,
    platform: connector.platform,
    thresholds: config.thresholds,
    unsupported: plan.unsupported,
  });
}

/** What is told of the API budget of a target that has one. */
export function exposeBudget(exposition: Exposition, target: Target | undefined): void {
  if (target?.budget === undefined) return;
  exposition.recordBudget(target.config.name, target.budget.facts());
}

function fingerprints({ plan }: Target): ReadonlyMap<string, string> {
  return new Map(plan.scheduled.map(({ probe, fingerprint }) => [probe, fingerprint]));
}

/** Probes whose results are no longer those of the next configuration, so that nobody joins or is given them. */
function forgetResults({ sharedRuns }: ExporterRooms, before: Target, after?: Target): void {
  const next = after === undefined ? new Map<string, string>() : fingerprints(after);
  for (const { probe, fingerprint } of before.plan.scheduled) {
    if (next.get(probe) !== fingerprint) sharedRuns.forget(before.config.name, probe);
  }
}

/** Takes out of sight what the next configuration no longer has. */
function concealRemoved({ exposition }: ExporterRooms, before: Target, after?: Target): void {
  const { name } = before.config;
  if (after === undefined) {
    exposition.removeTarget(name);
    return;
  }
  const next = new Set(after.plan.scheduled.map(({ probe }) => probe));
  for (const { probe } of before.plan.scheduled) {
    if (!next.has(probe)) exposition.removeProbe(name, probe);
  }
}

/** Goes over to other targets; those that did not change do not notice. Throws before anything is different. */
export async function applyTargets(
  rooms: ExporterRooms,
  next: readonly TargetConfig[],
  isScheduled: boolean,
): Promise<string> {
  const { targets, exposition, scheduler, sharedRuns } = rooms;
  const before = targets.all;
  const closeUnused = targets.prepare(next).commit();
  const after = targets.all;
  const changed = after.filter((target) => !before.includes(target));
  for (const old of before) forgetResults(rooms, old, targets.find(old.config.name));
  for (const target of changed) exposeTarget(exposition, target);
  await scheduler.replace(
    isScheduled
      ? after.flatMap(({ plan }) => plan.scheduled.map((one) => sharedRuns.share(one)))
      : [],
  );
  // Only now has everything of the old ones ended, so that nothing of them is recorded any more.
  for (const old of before) concealRemoved(rooms, old, targets.find(old.config.name));
  for (const target of changed) exposeTarget(exposition, target);
  await closeUnused();
  const { length } = after;
  return `${length} ${length === 1 ? 'target' : 'targets'}, ${length - changed.length} unchanged`;
}

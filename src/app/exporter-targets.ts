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

/** Takes out of sight what the next configuration no longer has, and what belongs to changed probes. */
function forgetChanged(rooms: ExporterRooms, before: Target, after: Target | undefined): void {
  const { exposition, sharedRuns } = rooms;
  const { name } = before.config;
  const next = after === undefined ? new Map<string, string>() : fingerprints(after);
  for (const { probe, fingerprint } of before.plan.scheduled) {
    if (next.get(probe) !== fingerprint) sharedRuns.forget(name, probe);
  }
  if (after === undefined) {
    exposition.removeTarget(name);
    return;
  }
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
  await scheduler.replace(
    isScheduled
      ? after.flatMap(({ plan }) => plan.scheduled.map((one) => sharedRuns.share(one)))
      : [],
  );
  for (const old of before) forgetChanged(rooms, old, targets.find(old.config.name));
  for (const target of after) {
    if (!before.includes(target)) exposeTarget(exposition, target);
  }
  await closeUnused();
  const unchanged = after.filter((target) => before.includes(target)).length;
  return `${after.length} ${after.length === 1 ? 'target' : 'targets'}, ${unchanged} unchanged`;
}

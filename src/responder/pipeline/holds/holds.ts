import type { DatabaseTransaction } from '../../../store/store.ts';
import { stateChangesOf } from '../../incidents/incidents.ts';
import type { EventKind, Incident, IncidentEvent, Outcome } from '../../incidents/incidents.ts';
import { settleFlapping } from '../flapping/settle-flapping.ts';
import type { NotedChange } from '../flapping/settle-flapping.ts';
import type { PipelineContext } from '../pipeline-parts.ts';
import type { HoldAccess } from './hold-access.ts';
import { settleHoldOff } from './settle-hold-off.ts';
import { settleMaintenance, windowsInForce } from './settle-maintenance.ts';

/** What keeps people from being told of the incidents that one transaction changes. */
export type Holds = {
  /** Hears of everything that happened. */
  note(before: Incident | null, event: IncidentEvent, outcome: Outcome): void;
  /** Looks anew at an incident to which nothing happened. */
  reconsider(id: string): void;
  /**
   * Decides, once all that happened is known, what holds begin and end. Each is an entry of the journal, so that a
   * replay gives the same.
   */
  settle(): Promise<void>;
  /** Incidents whose notices may be held no longer. */
  released(): readonly string[];
};

const RELEASING: ReadonlySet<EventKind> = new Set<EventKind>([
  'maintenance_ended',
  'hold_off_ended',
  'flapping_ended',
  'alert_fired',
  'alerts_told',
]);

export function createHolds(
  transaction: DatabaseTransaction,
  context: PipelineContext,
  access: HoldAccess,
): Holds {
  const touched = new Set<string>();
  const released = new Set<string>();
  const changes: NotedChange[] = [];

  return {
    note(before, event, outcome) {
      const { incident } = outcome;
      if (incident === null) return;
      touched.add(incident.id);
      if (RELEASING.has(event.kind)) released.add(incident.id);
      for (const change of stateChangesOf(before, event, outcome)) {
        changes.push({ ...change, incidentId: incident.id });
      }
    },
    reconsider: (id) => void touched.add(id),
    async settle() {
      if (touched.size === 0) return;
      await settleFlapping(transaction, context, access, changes);
      const windows = await windowsInForce(transaction, context);
      // What is decided here touches no further incident, so these are all.
      for (const id of touched) {
        await settleMaintenance(transaction, access, id, windows, context.clock.now());
        await settleHoldOff(access, id, context);
      }
    },
    released: () => [...released],
  };
}

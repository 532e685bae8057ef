import type { DatabaseTransaction } from '../../store/store.ts';
import { findIncident, findNewestOfScope, saveSnapshot } from '../incidents/incidents.ts';
import type { Incident } from '../incidents/incidents.ts';

/** The snapshots that one transaction reads, each once, and changes in memory until they are saved. */
export type Snapshots = {
  /** One that was read or changed already. */
  get(id: string): Incident | undefined;
  find(id: string): Promise<Incident | null>;
  newestOfScope(scope: string): Promise<Incident | null>;
  /** Knows a snapshot that was read elsewhere, unless a newer one is known. */
  remember(incident: Incident): void;
  change(incident: Incident, isNew: boolean): void;
  /** Writes those that changed, each once. */
  save(): Promise<void>;
};

export function createSnapshots(transaction: DatabaseTransaction): Snapshots {
  const byId = new Map<string, Incident>();
  const newestIds = new Map<string, string>();
  const changed = new Set<string>();

  function remember(incident: Incident): Incident {
    const known = byId.get(incident.id) ?? incident;
    byId.set(incident.id, known);
    return known;
  }

  return {
    get: (id) => byId.get(id),
    async find(id) {
      const found = byId.get(id) ?? (await findIncident(transaction, id));
      return found === null ? null : remember(found);
    },
    async newestOfScope(scope) {
      const id = newestIds.get(scope);
      const known = id === undefined ? undefined : byId.get(id);
      if (known !== undefined) return known;
      const found = await findNewestOfScope(transaction, scope);
      if (found === null) return null;
      newestIds.set(scope, found.id);
      return remember(found);
    },
    remember,
    change(incident, isNew) {
      byId.set(incident.id, incident);
      if (isNew) newestIds.set(incident.scope, incident.id);
      changed.add(incident.id);
    },
    async save() {
      for (const id of changed) {
        const incident = byId.get(id);
        if (incident !== undefined) await saveSnapshot(transaction, incident);
      }
      changed.clear();
    },
  };
}

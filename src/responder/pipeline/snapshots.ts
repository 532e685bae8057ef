import type { DatabaseTransaction } from '../../store/store.ts';
import { findIncident, findNewestOfScopes, isOpen, saveSnapshots } from '../incidents/incidents.ts';
import type { Incident } from '../incidents/incidents.ts';

/** The snapshots that one transaction reads, each once, and changes in memory until they are saved. */
export type Snapshots = {
  /** One that was read or changed already. */
  get(id: string): Incident | undefined;
  find(id: string): Promise<Incident | null>;
  newestOfScope(scope: string): Promise<Incident | null>;
  /** Reads the newest of many scopes together, so that asking for each costs nothing. */
  preload(scopes: readonly string[]): Promise<void>;
  /** Knows a snapshot that was read elsewhere, unless a newer one is known. */
  remember(incident: Incident): void;
  change(incident: Incident, isNew: boolean): void;
  /** Writes those that changed, each once. */
  save(): Promise<void>;
};

export function createSnapshots(transaction: DatabaseTransaction): Snapshots {
  const byId = new Map<string, Incident>();
  /** Null where there is none. */
  const newestIds = new Map<string, string | null>();
  const changed = new Set<string>();

  function remember(incident: Incident): Incident {
    const known = byId.get(incident.id) ?? incident;
    byId.set(incident.id, known);
    return known;
  }

  async function preload(scopes: readonly string[]): Promise<void> {
    const asked = [...new Set(scopes)].filter((scope) => !newestIds.has(scope));
    for (const scope of asked) newestIds.set(scope, null);
    for (const incident of await findNewestOfScopes(transaction, asked)) {
      newestIds.set(incident.scope, remember(incident).id);
    }
  }

  return {
    get: (id) => byId.get(id),
    async find(id) {
      const found = byId.get(id) ?? (await findIncident(transaction, id));
      return found === null ? null : remember(found);
    },
    async newestOfScope(scope) {
      if (!newestIds.has(scope)) await preload([scope]);
      const id = newestIds.get(scope) ?? null;
      return id === null ? null : (byId.get(id) ?? null);
    },
    preload,
    remember,
    change(incident, isNew) {
      byId.set(incident.id, incident);
      if (isNew || isOpen(incident.phase)) newestIds.set(incident.scope, incident.id);
      changed.add(incident.id);
    },
    async save() {
      const incidents = [...changed].flatMap((id) => byId.get(id) ?? []);
      await saveSnapshots(transaction, incidents);
      changed.clear();
    },
  };
}

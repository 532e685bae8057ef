import { isOpen, toldEventOf } from '../incidents/incidents.ts';
import type { Incident, IncidentEvent, ToldAlert } from '../incidents/incidents.ts';

type Told = { readonly alert: ToldAlert; readonly settle: (reason: string) => void };

/** Alerts that wait for their incident, so that many become one event. */
export type ToldBuffer = {
  /** `settle` hears what became of the alert once it is applied. */
  add(incident: Incident, alert: ToldAlert, settle: (reason: string) => void): Promise<void>;
  /** Applies what waits for one incident. */
  flushOf(incidentId: string): Promise<void>;
  flush(): Promise<void>;
  /** The incidents that alerts wait for. */
  waitingFor(): readonly string[];
};

export type ToldBufferOptions = {
  /** The newest snapshot. */
  readonly find: (incidentId: string) => Incident | undefined;
  readonly apply: (incident: Incident, event: IncidentEvent, atMs: number) => Promise<unknown>;
};

/** Alerts in one entry of the journal, so that an entry stays at about a megabyte. */
const ALERTS_PER_ENTRY = 1000;

export function createToldBuffer({ find, apply }: ToldBufferOptions): ToldBuffer {
  const waiting = new Map<string, Told[]>();

  async function flushOf(incidentId: string): Promise<void> {
    const told = waiting.get(incidentId);
    const incident = find(incidentId);
    if (told === undefined || incident === undefined) return;
    waiting.delete(incidentId);
    const alerts = told.map(({ alert }) => alert);
    const { event, atMs, reasons } = toldEventOf(incident, alerts);
    if (event !== null) await apply(incident, event, atMs);
    for (const [index, { settle }] of told.entries()) settle(reasons[index] ?? '');
  }

  return {
    async add(incident, alert, settle) {
      const told = waiting.get(incident.id) ?? [];
      told.push({ alert, settle });
      waiting.set(incident.id, told);
      // Where the next alert belongs depends on whether the incident is open; only an open one surely stays so.
      if (!isOpen(incident.phase) || told.length >= ALERTS_PER_ENTRY) await flushOf(incident.id);
    },
    flushOf,
    waitingFor: () => [...waiting.keys()],
    async flush() {
      for (const incidentId of waiting.keys()) await flushOf(incidentId);
    },
  };
}

import type { Incident, IncidentEvent } from '../../incidents/incidents.ts';
import type { DuePlan } from '../due-plan.ts';
import type { NoticeToTell } from '../pass-on-notices.ts';

/** What a change set lends to the holds. */
export type HoldAccess = {
  readonly get: (id: string) => Incident | undefined;
  /** To the newest snapshot of it. */
  readonly apply: (id: string, event: IncidentEvent, atMs: number) => Promise<unknown>;
  /** What is to be told of the incidents so far. */
  readonly notices: readonly NoticeToTell[];
  readonly due: DuePlan;
};

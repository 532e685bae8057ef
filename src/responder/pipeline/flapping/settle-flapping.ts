import {
  NO_HISTORY,
  SYSTEM_ACTOR,
  addChange,
  calmAtMs,
  flappingPercent,
  forgetAtMs,
} from '../../incidents/incidents.ts';
import type { FlappingHistory, FlappingSettings, StateChange } from '../../incidents/incidents.ts';
import type { DatabaseTransaction } from '../../../store/store.ts';
import type { HoldAccess } from '../holds/hold-access.ts';
import type { PipelineContext } from '../pipeline-parts.ts';
import { flappingKey, hasFlappingRecords, readFlapping, saveFlapping } from './flapping-records.ts';
import type { FlappingRecord } from './flapping-records.ts';

/** A change of state with the incident that it was told of. */
export type NotedChange = StateChange & { readonly incidentId: string };

const actor = SYSTEM_ACTOR;

/** Counts the changes of one transaction, and marks the incidents of alerts that flap. */
export async function settleFlapping(
  transaction: DatabaseTransaction,
  { clock, settings }: PipelineContext,
  access: HoldAccess,
  changes: readonly NotedChange[],
): Promise<void> {
  if (!settings.flapping.isEnabled || changes.length === 0) return;
  // Alerts that fire for the first time cannot flap yet: so a storm costs nothing here.
  const mayBeKnown = await hasFlappingRecords(transaction);
  const isOfInterest = changes.some(({ status, before }) => status === 'firing' && before !== null);
  if (!mayBeKnown && !isOfInterest) return;
  const byKey = Map.groupBy(changes, ({ alert }) => flappingKey(alert));
  const known = await readFlapping(transaction, [...byKey.keys()]);
  for (const [key, list] of byKey) {
    const before = known.get(key);
    const last = list.at(-1);
    const history = historyOf(list, before?.history, settings.flapping);
    if (history === undefined || last === undefined) continue;
    const { alert, incidentId } = last;
    const dueAtMs = dueOf(history, settings.flapping);
    await saveFlapping(transaction, { alert, incidentId, history, dueAtMs });
    await mark(access, { alert, incidentId, history, dueAtMs }, before, clock.now());
  }
}

/** Undefined while the alert did not fire a second time. */
function historyOf(
  changes: readonly NotedChange[],
  known: FlappingHistory | undefined,
  settings: FlappingSettings,
): FlappingHistory | undefined {
  let history = known;
  for (const { status, atMs, before } of changes) {
    if (history === undefined && status === 'firing' && before !== null) {
      history = addChange(NO_HISTORY, before.firedAtMs, settings);
      history = addChange(history, before.resolvedAtMs, settings);
    }
    if (history !== undefined) history = addChange(history, atMs, settings);
  }
  return history;
}

/** When an alert is to be looked at again if nothing changes. */
export function dueOf(history: FlappingHistory, settings: FlappingSettings): number {
  return history.isFlapping ? calmAtMs(history, settings) : forgetAtMs(history, settings);
}

async function mark(
  { apply }: HoldAccess,
  { alert, incidentId, history }: FlappingRecord,
  before: FlappingRecord | undefined,
  nowMs: number,
): Promise<void> {
  const wasFlapping = before?.history.isFlapping === true;
  const hasMoved = before !== undefined && before.incidentId !== incidentId;
  if (wasFlapping && (hasMoved || !history.isFlapping)) {
    const why = history.isFlapping ? `it belongs to ${incidentId} now` : 'it is calm';
    await apply(before.incidentId, { kind: 'flapping_ended', actor, alert, why }, nowMs);
  }
  if (!history.isFlapping) return;
  const percent = Math.round(flappingPercent(history.checks) * 10) / 10;
  await apply(incidentId, { kind: 'flapping_started', actor, alert, percent }, nowMs);
}

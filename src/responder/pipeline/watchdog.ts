import type { AlertName } from '../../catalog/catalog.ts';
import type { Incident, IncidentAlert } from '../incidents/incidents.ts';
import type { Suspect } from './suspicions.ts';

/** The alert that always fires: the dead man's switch. */
export const WATCHDOG: AlertName = 'CrmWatchdog';
/** In place of a sender; the names of senders hold no colon. */
export const WATCHER = 'crmwatch:watchdog';

/** Whether the responder made the alert itself, so that nobody upstream can know it. */
export function isOwnAlert({ sender }: Pick<IncidentAlert, 'sender'>): boolean {
  return sender === WATCHER;
}

/** The newest watchdog of each source, by our wall clock as it was received. */
export type Beats = ReadonlyMap<string, number>;

/** What was last heard of each source, and since when by a clock that never jumps. */
export type Watch = ReadonlyMap<
  string,
  { readonly lastSeenAtMs: number | null; readonly sinceMs: number }
>;

/**
 * A source is watched from the first look on, so the time in which the responder itself was down does not count;
 * and the wall clock is only compared with itself, so a jump of it is no silence.
 */
export function keepWatch(
  beats: Beats,
  expected: readonly string[],
  before: Watch,
  nowMs: number,
): Watch {
  return new Map(
    expected.map((source) => {
      const lastSeenAtMs = beats.get(source) ?? null;
      const known = before.get(source);
      const isSame = known !== undefined && known.lastSeenAtMs === lastSeenAtMs;
      return [source, isSame ? known : { lastSeenAtMs, sinceMs: nowMs }];
    }),
  );
}

export type PipeHealing =
  | {
      readonly kind: 'pipe_dead';
      readonly source: string;
      readonly limitMs: number;
      readonly lastSeenAtMs: number | null;
    }
  | {
      readonly kind: 'pipe_back';
      readonly source: string;
      readonly alert: IncidentAlert;
      readonly seenAtMs: number;
    };

/** Which pipes are silent for longer than the limit without an incident, and which of those with one are back. */
export function judgePipes(
  watch: Watch,
  incidents: readonly Incident[],
  { nowMs, limitMs }: { readonly nowMs: number; readonly limitMs: number },
): readonly Suspect<PipeHealing>[] {
  const held = new Map(
    incidents.flatMap(({ alerts }) =>
      alerts
        .filter((alert) => isOwnAlert(alert) && alert.status === 'firing')
        .map((alert) => [alert.labels['source'] ?? '', alert] as const),
    ),
  );
  return [...watch].flatMap(([source, { lastSeenAtMs, sinceMs }]): Suspect<PipeHealing>[] => {
    const isSilent = nowMs - sinceMs > limitMs;
    const alert = held.get(source);
    const key = `${source} ${lastSeenAtMs ?? 'never'}`;
    if (isSilent && alert === undefined) {
      const healing = { kind: 'pipe_dead', source, limitMs, lastSeenAtMs } as const;
      return [{ key: `dead ${key}`, minimumMs: 0, healing }];
    }
    // After a restart the silence is measured anew, which is no return: only another beat than the last is one.
    if (isSilent || alert === undefined || lastSeenAtMs === null) return [];
    if (lastSeenAtMs === alert.startsAtMs) return [];
    const healing = { kind: 'pipe_back', source, alert, seenAtMs: lastSeenAtMs } as const;
    return [{ key: `back ${key}`, minimumMs: 0, healing }];
  });
}

import { kindOf } from './incident-event.ts';
import type { EventKind } from './incident-event.ts';
import type { ForgettingRule, Incident } from './incident.ts';
import type { JournalEntry } from './journal.ts';

export type Forgotten = {
  readonly rule: ForgettingRule;
  readonly entries: number;
  readonly incidents: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
};

/**
 * What of the journal of an incident cannot be true about its forgotten texts, or null. A text may be missing only
 * before an entry that says so, none may be left there, and what that entry kept must agree with what is still known
 * of those that it speaks for. Whoever can write the whole journal anew can still lie: only a noted head shows that.
 */
export function findContradiction(journal: readonly JournalEntry[]): string | null {
  const at = journal.findLastIndex(({ event }) => event.kind === 'compacted');
  const missing = journal.find(({ event }, index) => event.kind === 'forgotten' && index > at);
  if (missing !== undefined) {
    return `the text of entry ${missing.sequence} is missing, and no entry says that it was forgotten`;
  }
  const entry = journal[at];
  if (entry?.event.kind !== 'compacted') return null;
  const before = journal.slice(0, at);
  const left = before.find(({ event }) => event.kind !== 'forgotten' && hasText(event));
  if (left !== undefined)
    return `the text of entry ${left.sequence} was forgotten and is there again`;
  const wrong = wrongFigure(entry.event.kept, entry, before);
  return wrong === null ? null : `what entry ${entry.sequence} kept is not what happened: ${wrong}`;
}

function hasText(event: JournalEntry['event']): boolean {
  return Object.keys(event).some((key) => key !== 'kind' && key !== 'actor');
}

/** Times, phases and numbers are known without any text. */
function wrongFigure(
  kept: Incident,
  entry: JournalEntry,
  before: readonly JournalEntry[],
): string | null {
  const timesOf = (kind: EventKind): readonly number[] =>
    before.filter(({ event }) => kindOf(event) === kind).map(({ atMs }) => atMs);
  const isOneOf = (atMs: number | null, ...kinds: readonly EventKind[]): boolean =>
    atMs === null || kinds.some((kind) => timesOf(kind).includes(atMs));
  const [first] = before;
  // One that was split off has the time of the report from the other.
  const isSplit = first !== undefined && kindOf(first.event) === 'split_from';
  const checks: readonly (readonly [string, boolean])[] = [
    ['its identifier', kept.id === entry.incidentId],
    [
      'the number of entries',
      kept.sequence === entry.sequence && entry.sequence === before.length + 1,
    ],
    ['the phase', kept.phase === entry.phase && kept.phase === before.at(-1)?.phase],
    ['the time of the report', isSplit || kept.reportedAtMs === first?.atMs],
    ['the time of the acknowledgement', isOneOf(kept.acknowledgedAtMs, 'acknowledged')],
    ['the time of the diagnosis', isOneOf(kept.diagnosedAtMs, 'diagnosed')],
    ['the time of the recovery', isOneOf(kept.resolvedAtMs, 'verification_passed')],
    ['the time of the closing', isOneOf(kept.closedAtMs, 'closed', 'merged_into')],
    ['the number of comments', kept.comments === timesOf('commented').length],
  ];
  return checks.find(([, isRight]) => !isRight)?.[0] ?? null;
}

/** Counts over all incidents, by the rule that each was compacted by last. */
export function createForgottenCount(): {
  count(this: void, journal: readonly JournalEntry[]): void;
  list(): readonly Forgotten[];
} {
  const byRule = new Map<ForgettingRule, Forgotten>();
  return {
    count(journal) {
      const last = journal.findLast(({ event }) => event.kind === 'compacted');
      if (last?.event.kind !== 'compacted') return;
      const { rule } = last.event;
      const { atMs } = last;
      const known = byRule.get(rule);
      byRule.set(rule, {
        rule,
        entries:
          (known?.entries ?? 0) + journal.filter(({ event }) => event.kind === 'forgotten').length,
        incidents: (known?.incidents ?? 0) + 1,
        firstAtMs: Math.min(known?.firstAtMs ?? atMs, atMs),
        lastAtMs: Math.max(known?.lastAtMs ?? atMs, atMs),
      });
    },
    list: () => [...byRule.values()],
  };
}

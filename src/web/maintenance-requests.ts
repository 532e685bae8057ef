import { MAINTENANCE_STATE_FILTERS, MAXIMUM_COMMENT_LENGTH } from '../console/console.ts';
import type { MaintenanceStateFilter } from '../console/console.ts';
import { decode, unreachable } from '../std/std.ts';
import type { Refusal } from './failures.ts';
import { textField } from './incident-requests.ts';
import type { MaintenanceQuery, NewWindow, WindowOutcome } from './services.ts';

type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

const LIMIT = 50;
const MAXIMUM_NAMES = 100;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]{0,62})\s*=\s*(.{1,500})$/;

export const UNKNOWN_WINDOW: Refusal = {
  status: 404,
  title: 'No such window',
  message: 'There is no window of maintenance with this identifier.',
  remedy: 'Look for it in the list of windows.',
};

function refuse(
  message: string,
  remedy: string,
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { status: 400, title: 'Not understood', message, remedy } };
}

export function decodeMaintenanceQuery(
  query: ReadonlyMap<string, string>,
): Decoded<MaintenanceQuery> {
  const states = Object.keys(MAINTENANCE_STATE_FILTERS) as MaintenanceStateFilter[];
  const state = states.find((known) => known === (query.get('state') ?? 'open'));
  if (state === undefined) return refuse('state is not known', `write one of ${states.join(', ')}`);
  const before = query.get('before');
  if (before === undefined) return { ok: true, value: { state, limit: LIMIT } };
  if (!/^[1-9]\d{0,14}$/.test(before)) {
    return refuse('before is no number', 'go to the first page of the list');
  }
  return { ok: true, value: { state, limit: LIMIT, before: Number(before) } };
}

/** The form of a new window; its times count from now. */
export function decodeNewWindow(body: unknown, nowMs: number): Decoded<NewWindow> {
  const name = textField(body, 'name').trim();
  const reason = textField(body, 'reason').trim();
  if (name === '' || name.length > 63) {
    return refuse('name: is empty or too long', 'write 1 to 63 characters');
  }
  if (reason === '' || reason.length > 500) {
    return refuse('reason: is empty or too long', 'say why, in 1 to 500 characters');
  }
  const targets = listOf(textField(body, 'targets'));
  const labels = labelsOf(listOf(textField(body, 'labels')));
  if (labels === undefined) {
    return refuse('labels: not understood', 'write them as team=crm, with commas between them');
  }
  if (targets.length + Object.keys(labels).length === 0) {
    const remedy = 'name targets or labels; a window about everything would delay every page';
    return refuse('targets: nothing says what the window is about', remedy);
  }
  if (targets.length > MAXIMUM_NAMES)
    return refuse('targets: are too many', 'make several windows');
  const starts = startOf(textField(body, 'starts_at').trim());
  if (starts === undefined) {
    return refuse('starts_at: is no time', 'write it as 2026-12-01T22:00, in UTC');
  }
  const lastsMs = decode.parseDurationMs(textField(body, 'duration').trim());
  if (lastsMs === undefined) return refuse('duration: is none', 'write it as 90m or 2h');
  const startsAtMs = Math.max(nowMs, starts ?? nowMs);
  return {
    ok: true,
    value: { name, reason, targets, labels, startsAtMs, endsAtMs: startsAtMs + lastsMs },
  };
}

function listOf(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ''))];
}

function labelsOf(items: readonly string[]): Readonly<Record<string, string>> | undefined {
  const labels = new Map<string, string>();
  for (const item of items) {
    const [, name, value] = LABEL.exec(item) ?? [];
    if (name === undefined || value === undefined) return undefined;
    labels.set(name, value);
  }
  return Object.fromEntries(labels);
}

/** Null when there is none; undefined when it is none. */
function startOf(text: string): number | null | undefined {
  if (text === '') return null;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text)) return undefined;
  const atMs = Date.parse(`${text}Z`);
  return Number.isNaN(atMs) ? undefined : atMs;
}

export function decodeNote(body: unknown): Decoded<string> {
  const text = textField(body, 'text').replaceAll('\r\n', '\n').trim();
  if (text.length <= MAXIMUM_COMMENT_LENGTH) return { ok: true, value: text };
  return refuse(`text: has ${text.length} characters`, `shorten it to ${MAXIMUM_COMMENT_LENGTH}`);
}

/** The form that moves the end of a window: to a time from now on. */
export function decodeNewEnd(
  body: unknown,
  nowMs: number,
): Decoded<{ readonly endsAtMs: number; readonly why: string }> {
  const note = decodeNote(body);
  if (!note.ok) return note;
  const lastsMs = decode.parseDurationMs(textField(body, 'duration').trim());
  if (lastsMs === undefined) return refuse('duration: is none', 'write it as 90m or 2h');
  return { ok: true, value: { endsAtMs: nowMs + lastsMs, why: note.value } };
}

/** Null when it was done. */
export function refusalOfWindow(outcome: WindowOutcome): Refusal | null {
  switch (outcome.status) {
    case 'done':
      return null;
    case 'unknown':
      return UNKNOWN_WINDOW;
    case 'refused': {
      const { why, remedy } = outcome;
      return { status: 409, title: 'Not possible now', message: why, remedy };
    }
    case 'stale':
    case 'key_reused': {
      const message = 'The window has moved on.';
      return { status: 409, title: 'Not possible now', message, remedy: 'Reload the page.' };
    }
    default:
      return unreachable(outcome);
  }
}

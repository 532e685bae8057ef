import {
  WEEKDAYS,
  isTimezone,
  longestDurationMs,
  wallTimeToMs,
} from '../responder/incidents/incidents.ts';
import type {
  MaintenanceSchedule,
  MaintenanceTiming,
  WallTime,
} from '../responder/incidents/incidents.ts';
import { LONGEST_WINDOW_MS } from '../responder/pipeline/pipeline.ts';
import { decode } from '../std/std.ts';
import type { DecodedOf, Decoder } from '../std/std.ts';
import { nameDecoder, uniquelyNamed } from './common.ts';

type Problem = { readonly at: string; readonly message: string; readonly remedy: string };

const localTime = decode.text({
  pattern: /^\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d$/,
  meaning: 'a day and a time such as 2026-12-01T22:00',
});

const keys = decode.object({
  name: decode.required(nameDecoder(), 'name of the window, in notices and the journal'),
  reason: decode.required(decode.text({ maximumLength: 500 }), 'why, for people'),
  targets: decode.withDefault(
    decode.list(nameDecoder(), { maximumLength: 100 }),
    [],
    'targets and components that it is about',
    'any',
  ),
  labels: decode.withDefault(
    decode.map(decode.text({ maximumLength: 500 }), {
      key: 'label',
      pattern: /^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/,
    }),
    {},
    'only alerts with all these values of labels',
    '{}',
  ),
  timezone: decode.withDefault(
    decode.text({ maximumLength: 100 }),
    'UTC',
    'zone of all its times, of the IANA database, such as Europe/Berlin',
    'UTC',
  ),
  from: decode.optional(localTime, 'beginning of a window that comes once'),
  to: decode.optional(localTime, 'its end'),
  at: decode.optional(
    decode.text({
      pattern: /^([01]\d|2[0-3]):[0-5]\d$/,
      meaning: 'a time of the day such as "02:00"',
    }),
    'time of the day at which a window that comes again begins',
  ),
  for: decode.optional(
    decode.duration({ minimumMs: 60_000, maximumMs: LONGEST_WINDOW_MS }),
    'how long it lasts, as time passes',
  ),
  weekdays: decode.optional(
    decode.list(decode.choice(WEEKDAYS), { minimumLength: 1, maximumLength: 7 }),
    'days on which it begins; every day when left out',
  ),
});
type Keys = DecodedOf<typeof keys>;

/** Gives undefined for a day that no calendar has. */
function wallTimeOf(text: string): WallTime | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/\D/).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() + 1 !== month || date.getUTCDate() !== day) return undefined;
  return { year, month, day, minuteOfDay: hour * 60 + minute };
}

function problemOf(window: Keys): Problem | undefined {
  const { targets, labels, timezone, from, at } = window;
  if (targets.length === 0 && Object.keys(labels).length === 0) {
    return {
      at: 'targets',
      message: 'nothing says what it is about',
      remedy: 'name targets, or labels of the alerts; a window about everything delays every page',
    };
  }
  if (!isTimezone(timezone)) {
    return {
      at: 'timezone',
      message: `"${timezone}" is no time zone that is known`,
      remedy: 'write a name of the IANA database, such as Europe/Berlin or UTC',
    };
  }
  if (from !== undefined && at !== undefined) {
    return {
      at: 'at',
      message: 'a window that has "from" comes once, and one that has "at" comes again',
      remedy: 'write "from" and "to", or "at" and "for"',
    };
  }
  return from === undefined ? recurringProblem(window) : onceProblem(window, from);
}

function onceProblem(window: Keys, from: string): Problem | undefined {
  const misplaced = (['for', 'weekdays'] as const).find((key) => window[key] !== undefined);
  if (misplaced !== undefined) {
    const message = `"${misplaced}" belongs to a window that comes again`;
    return { at: misplaced, message, remedy: 'write "from" and "to" alone' };
  }
  const { to, timezone } = window;
  if (to === undefined) {
    return { at: 'to', message: 'is missing', remedy: 'say when the window ends' };
  }
  const [start, end] = [wallTimeOf(from), wallTimeOf(to)];
  for (const [at, text, time] of [['from', from, start] as const, ['to', to, end] as const]) {
    if (time === undefined) {
      return { at, message: `there is no day ${text.slice(0, 10)}`, remedy: 'correct the day' };
    }
  }
  const lastsMs =
    start === undefined || end === undefined
      ? 0
      : wallTimeToMs(end, timezone) - wallTimeToMs(start, timezone);
  if (lastsMs > 0 && lastsMs <= LONGEST_WINDOW_MS) return undefined;
  return {
    at: 'to',
    message: lastsMs <= 0 ? 'it ends before it begins' : 'it lasts longer than 30 days',
    remedy: lastsMs <= 0 ? 'write a time after "from"' : 'make several windows of it',
  };
}

function recurringProblem({ to, at, for: lasts, weekdays }: Keys): Problem | undefined {
  if (to !== undefined) {
    return { at: 'from', message: 'is missing', remedy: 'say when the window begins' };
  }
  if (at === undefined) {
    const remedy = 'write "from" and "to", or "at" and "for"';
    return { at: 'at', message: 'nothing says when it begins', remedy };
  }
  if (lasts === undefined) {
    return { at: 'for', message: 'is missing', remedy: 'say how long it lasts, such as 2h' };
  }
  const twice = weekdays?.findIndex((day, index) => weekdays.indexOf(day) !== index) ?? -1;
  if (twice !== -1) {
    const message = `"${weekdays?.[twice]}" stands there twice`;
    return { at: `weekdays[${twice}]`, message, remedy: 'take one of them out' };
  }
  const longestMs = longestDurationMs(weekdays ?? WEEKDAYS);
  if (lasts <= longestMs) return undefined;
  return {
    at: 'for',
    message: 'it would not be over an hour before the next one begins',
    remedy: `make it ${longestMs / 3_600_000}h or less, or choose fewer weekdays`,
  };
}

function timingOf({ from, to, at, for: lasts, weekdays, timezone }: Keys): MaintenanceTiming {
  if (from !== undefined && to !== undefined) {
    const [start, end] = [wallTimeOf(from), wallTimeOf(to)];
    if (start === undefined || end === undefined) throw new Error('a refused day was decoded');
    const startsAtMs = wallTimeToMs(start, timezone);
    return { kind: 'once', startsAtMs, endsAtMs: wallTimeToMs(end, timezone) };
  }
  const [hour = 0, minute = 0] = (at ?? '').split(':').map(Number);
  return {
    kind: 'recurring',
    weekdays: weekdays ?? WEEKDAYS,
    minuteOfDay: hour * 60 + minute,
    durationMs: lasts ?? 0,
    timezone,
  };
}

const schedule: Decoder<MaintenanceSchedule> = decode.transform(
  decode.refine(keys, problemOf),
  (window) => {
    const { name, reason, targets, labels } = window;
    return { name, reason, scope: { targets, labels }, timing: timingOf(window) };
  },
);

/** Windows of maintenance that are declared ahead of time. */
export const maintenanceDecoder: Decoder<readonly MaintenanceSchedule[]> = uniquelyNamed(
  decode.list(schedule, { maximumLength: 100 }),
  'window',
);

/** Of a whole configuration: a target of a window that nobody knows, most often a slip of the pen. */
export function findUnknownMaintained(
  windows: readonly MaintenanceSchedule[],
  known: ReadonlySet<string>,
): Problem | undefined {
  for (const [index, { scope }] of windows.entries()) {
    const place = scope.targets.findIndex((name) => !known.has(name));
    if (place === -1) continue;
    return {
      at: `responder.maintenance[${index}].targets[${place}]`,
      message: `"${scope.targets[place]}" is neither a target nor in the list of dependencies`,
      remedy: 'correct the name, or add { name: … } to responder.dependencies',
    };
  }
  return undefined;
}

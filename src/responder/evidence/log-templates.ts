import { isFields } from '../../std/std.ts';
import { EVIDENCE_LIMITS } from './evidence-value.ts';
import type { EvidenceLogTemplate } from './evidence-value.ts';
import { maskWords } from './mask-words.ts';

export type LogWindow = { readonly onsetAtMs: number; readonly untilMs: number };

/** What was usual in a log is what stands in it from this long before the onset. */
const BEFORE_MS = 3_600_000;
const TEMPLATE_WORDS = 30;
/** The newest of more; masking a hundred thousand takes some seconds. */
const MAXIMUM_LINES = 100_000;
/** A word of fewer lines may be a name. */
const MINIMUM_LINES = 3;
/** Of a line; its time stands at its beginning. */
const TIME_CHARACTERS = 200;

/** Words that tell of trouble and not of a person; they are kept where they stand in a single line as well. */
const FAULT_WORDS: ReadonlySet<string> = new Set(
  (
    'abort aborted access authentication authorization backend bad broken cancelled cannot certificate closed config ' +
    'configuration connect connection constraint corrupt corrupted could crash crashed critical database deadlock ' +
    'denied deprecated disconnected disk down duplicate error errors exceeded exception exhausted expired fail failed ' +
    'failure failures fatal field file for forbidden full gateway handshake illegal in internal invalid is job kill ' +
    'killed limit lock locked login lost memory migration missing mismatch module network no not null of on out ' +
    'overflow panic password peer permission pool query queue quota rate read refused rejected reset resolve restart ' +
    'restarted retry rolled rollback schema segfault server service session shutdown signal slow socket space ' +
    'started stopped storage table the throttled timed timeout tls to token too traceback transaction unable ' +
    'unauthorized unavailable undefined unexpected unknown unreachable violates violation warn warning was with write'
  ).split(' '),
);

const ISO =
  /(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,3})\d{0,6})?\s?(Z|[+-]\d{2}:?\d{2})?/;
const COMMON_LOG = /\[(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})\]/;

/** Milliseconds since the epoch; a time without a zone is UTC. Undefined when the line does not begin with a time. */
function timeOfLine(line: string): number | undefined {
  const start = line.slice(0, TIME_CHARACTERS);
  const iso = ISO.exec(start);
  if (iso !== null) {
    const [, date, time, fraction = '0', zone = 'Z'] = iso;
    return finite(Date.parse(`${date}T${time}.${fraction.padEnd(3, '0')}${zone}`));
  }
  const common = COMMON_LOG.exec(start);
  if (common === null) return undefined;
  const [, day, month, year, time, zone] = common;
  return finite(Date.parse(`${day} ${month} ${year} ${time} ${zone}`));
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/** Of a line of JSON only what people wrote into it. */
function messageOf(line: string): string {
  if (line.startsWith('{')) {
    try {
      const fields: unknown = JSON.parse(line);
      if (isFields(fields)) {
        const names = ['level', 'severity', 'message', 'msg', 'error', 'exception'];
        return names
          .flatMap((name) => (typeof fields[name] === 'string' ? [fields[name]] : []))
          .join(' ');
      }
    } catch {
      // A line that only begins like JSON is text.
    }
  }
  return line.replace(ISO, ' ').replace(COMMON_LOG, ' ');
}

type Line = { readonly text: string; readonly isBefore: boolean };

function linesWithin(text: string, { onsetAtMs, untilMs }: LogWindow): readonly Line[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  // A log without any time is taken for one of the trouble itself.
  let atMs = lines.some((line) => timeOfLine(line) !== undefined) ? undefined : onsetAtMs;
  return lines.flatMap((line): Line[] => {
    // A line without a time of its own (of a stack) belongs to the one before.
    atMs = timeOfLine(line) ?? atMs;
    if (atMs === undefined || atMs < onsetAtMs - BEFORE_MS || atMs > untilMs) return [];
    return [{ text: line, isBefore: atMs < onsetAtMs }];
  });
}

/**
 * Counts the lines of a log by what they say. Each is masked (see mask-words.ts); then a word that fewer than three lines
 * have becomes `<rare>`, unless it is one of those that tell of trouble: what varies from line to line is not part of
 * what they say, and may be a name.
 * @returns the most frequent since the onset first, at most `EVIDENCE_LIMITS.logTemplates`.
 */
export function countLogTemplates(text: string, window: LogWindow): readonly EvidenceLogTemplate[] {
  const lines = linesWithin(text, window)
    .slice(-MAXIMUM_LINES)
    .map((line) => ({
      words: maskWords(messageOf(line.text)).slice(0, TEMPLATE_WORDS),
      isBefore: line.isBefore,
    }))
    .filter(({ words }) => words.length > 0);
  const linesOfWord = new Map<string, number>();
  for (const { words } of lines) {
    for (const word of new Set(words)) linesOfWord.set(word, (linesOfWord.get(word) ?? 0) + 1);
  }
  const isKept = (word: string): boolean =>
    word.startsWith('<') ||
    FAULT_WORDS.has(word) ||
    /(?:error|exception)$/.test(word) ||
    (linesOfWord.get(word) ?? 0) >= MINIMUM_LINES;
  const counts = new Map<string, { count: number; before: number }>();
  for (const { words, isBefore } of lines) {
    const shown = words.map((word) => (isKept(word) ? word : '<rare>'));
    const template = shown
      .filter((word, index) => word !== '<rare>' || shown[index - 1] !== word)
      .join(' ');
    const found = counts.get(template) ?? { count: 0, before: 0 };
    counts.set(template, found);
    if (isBefore) found.before++;
    else found.count++;
  }
  return [...counts]
    .map(([template, found]) => ({ template, ...found }))
    .toSorted(
      (a, b) => b.count - a.count || b.before - a.before || (a.template < b.template ? -1 : 1),
    )
    .slice(0, EVIDENCE_LIMITS.logTemplates);
}

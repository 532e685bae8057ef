import type { Evidence, EvidenceLogTemplate } from '../../evidence/evidence.ts';
import { signedLog } from '../signed-log.ts';
import { featuresOf, nameFeatures } from './feature.ts';
import type { Feature } from './feature.ts';
import { BUCKETS, addWords } from './hashed-words.ts';
import type { Bucket } from './hashed-words.ts';

const HOUR_MS = 3_600_000;
const SHOWN_TOKENS = 3;
const SHOWN_CHARACTERS = 120;
const LINK = { kind: 'incident' } as const;
const OF_LOGS = nameFeatures('group:log', ['new', 'excess']);

const HASHED_NAME = /^(?:text|log):(?:0|[1-9]\d{0,4})$/;

/** Whether a name is one of the features that are there only when their words occur. */
export function isHashedName(name: string): boolean {
  return HASHED_NAME.test(name) && Number(name.slice(name.indexOf(':') + 1)) < BUCKETS;
}

/** What the alerts say. Alerts with the same words count once: how many there are is told by the counts. */
export function textFeatures({ alerts }: Evidence): readonly Feature[] {
  const buckets = new Map<number, Bucket>();
  const seen = new Set<string>();
  for (const { words } of alerts) {
    const text = words.join(' ');
    if (words.length === 0 || seen.has(text)) continue;
    seen.add(text);
    addWords(buckets, words, 1);
  }
  return featuresOfBuckets('text', buckets, (tokens) => `the alerts say ${quote(tokens)}`);
}

function quote(tokens: readonly string[]): string {
  const shown = tokens.slice(0, SHOWN_TOKENS).map((token) => `"${token}"`);
  return shown.join(', ');
}

function holds(template: string, token: string): boolean {
  return ` ${template} `.includes(` ${token} `);
}

/** Lines since the onset beyond what is usual in as long a time. */
function excessOf({ count, before }: EvidenceLogTemplate, sinceMs: number): number {
  return Math.max(0, count - before * (sinceMs / HOUR_MS));
}

/** What the log says more often than it did before the onset. */
export function logFeatures({ logs, onsetAtMs, capturedAtMs }: Evidence): readonly Feature[] {
  const templates = logs ?? [];
  const sinceMs = Math.max(0, capturedAtMs - onsetAtMs);
  const buckets = new Map<number, Bucket>();
  const more = templates
    .map((template) => ({ ...template, excess: excessOf(template, sinceMs) }))
    .filter(({ excess }) => excess > 0)
    .toSorted((a, b) => b.excess - a.excess);
  for (const { template, excess } of more) addWords(buckets, template.split(' '), excess);
  const total = more.reduce((sum, { excess }) => sum + excess, 0);
  const fresh = templates.filter(({ count, before }) => count > 0 && before === 0).length;
  const text =
    logs === null
      ? 'no log was given'
      : `the log has ${fresh} kinds of lines that it did not have before`;
  const subject = { key: OF_LOGS.key, text, link: LINK, abnormal: false };
  return [
    ...featuresOf(OF_LOGS, subject, [Math.log1p(fresh), Math.log1p(total)]),
    ...featuresOfBuckets('log', buckets, (tokens) => {
      const line = more.find(({ template }) => tokens.some((token) => holds(template, token)));
      const where =
        line === undefined
          ? ''
          : ` in ${line.count} lines like "${line.template.slice(0, SHOWN_CHARACTERS)}" (${line.before} an hour before)`;
      return `the log says ${quote(tokens)}${where}`;
    }),
  ];
}

function featuresOfBuckets(
  prefix: 'text' | 'log',
  buckets: ReadonlyMap<number, Bucket>,
  write: (tokens: readonly string[]) => string,
): readonly Feature[] {
  const features: Feature[] = [];
  for (const [bucket, { sum, tokens }] of buckets) {
    if (sum === 0) continue;
    const name = `${prefix}:${bucket}`;
    const words = [...tokens];
    const subject = { key: name, text: write(words), link: LINK, abnormal: false };
    features.push({ name, value: signedLog(sum), subject, words });
  }
  return features;
}

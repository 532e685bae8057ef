import { escapeName, isClassicName } from './names.ts';
import type { Escaping } from './names.ts';
import { forEachLabel } from './renderer.ts';
import type { LabelPairs, Point } from './renderer.ts';
import { escapeQuoted } from './text-values.ts';

/** Names come from the catalog, so they are few; whatever else comes is not remembered for ever. */
const REMEMBERED_NAMES = 4096;

/** How names are written in one format; without quotes a name that is not classic has been escaped before. */
export type NameStyle = { readonly escaping: Escaping };

/** `label="value",…`, what stands inside of braces. */
export function labelText(labels: LabelPairs, { escaping }: NameStyle): string {
  const parts: string[] = [];
  forEachLabel(labels, (name, value) => {
    const escaped = escapeName(name, 'label', escaping);
    const key = isClassicName(escaped, 'label') ? escaped : `"${escapeQuoted(escaped)}"`;
    parts.push(`${key}="${escapeQuoted(value)}"`);
  });
  return parts.join(',');
}

/**
 * `name`, or `"name"` where it has to stand in quotes, as in comments. A suffix is taken from the escaped name, as
 * readers put it behind that one again.
 */
export function nameText(name: string, { escaping }: NameStyle, withoutSuffix = ''): string {
  const whole = escapeName(name, 'metric', escaping);
  const isShortened = withoutSuffix !== '' && whole.endsWith(withoutSuffix);
  const escaped = isShortened ? whole.slice(0, -withoutSuffix.length) : whole;
  return isClassicName(escaped, 'metric') ? escaped : `"${escapeQuoted(escaped)}"`;
}

/** `name{label="value"}`; a name that has to be quoted stands inside the braces. The suffix belongs to the name. */
export function seriesText(
  name: string,
  suffix: string,
  labels: LabelPairs,
  style: NameStyle,
): string {
  const escaped = `${escapeName(name, 'metric', style.escaping)}${suffix}`;
  const inside = labelText(labels, style);
  if (isClassicName(escaped, 'metric')) return inside === '' ? escaped : `${escaped}{${inside}}`;
  return `{"${escapeQuoted(escaped)}"${inside === '' ? '' : `,${inside}`}}`;
}

/**
 * The same for the points of a chunk, remembered with the series. All schemes but `dots` write classic names alike,
 * and ours are classic, so one memory serves them; any other name is written anew each time.
 */
export function pointText(name: string, point: Point, style: NameStyle): string {
  const { labels, prefixes } = point;
  if (style.escaping !== 'dots' && prefixes.plain !== undefined) return prefixes.plain;
  if (style.escaping === 'dots' || !hasClassicNames(name, labels)) {
    return seriesText(name, '', labels, style);
  }
  prefixes.plain = classicSeriesText(name, labels);
  return prefixes.plain;
}

/**
 * The most frequent case by far, and the most expensive part of the first page. Joined once: a text that is put
 * together bit by bit keeps all its bits, which takes several times the memory for as long as the series lives.
 */
function classicSeriesText(name: string, labels: LabelPairs): string {
  if (labels.length === 0) return name;
  const parts = [name];
  for (let index = 0; index < labels.length; index += 2) {
    const { first, next } = beginningsOf(labels[index] ?? '');
    parts.push(index === 0 ? first : next, escapeQuoted(labels[index + 1] ?? ''));
  }
  parts.push('"}');
  return parts.join('');
}

/** What stands before the value of a label: at the beginning, and behind another. */
type Beginnings = { readonly first: string; readonly next: string };
const beginnings = new Map<string, Beginnings>();

function beginningsOf(label: string): Beginnings {
  const known = beginnings.get(label);
  if (known !== undefined) return known;
  if (beginnings.size >= REMEMBERED_NAMES) beginnings.clear();
  const made = { first: `{${label}="`, next: `",${label}="` };
  beginnings.set(label, made);
  return made;
}

/** What was last found to be classic: mostly the next series has the same names, since it is of the same family. */
let lastClassic: { readonly name: string; readonly labels: LabelPairs } = { name: '', labels: [] };

function hasClassicNames(name: string, labels: LabelPairs): boolean {
  if (name === lastClassic.name && haveSameNames(labels, lastClassic.labels)) return true;
  if (!isClassicName(name, 'metric')) return false;
  for (let index = 0; index < labels.length; index += 2) {
    if (!isClassicName(labels[index] ?? '', 'label')) return false;
  }
  lastClassic = { name, labels };
  return true;
}

function haveSameNames(left: LabelPairs, right: LabelPairs): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 2) {
    if (left[index] !== right[index]) return false;
  }
  return true;
}

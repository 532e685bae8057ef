import { escapeName, isClassicName } from './names.ts';
import type { Escaping } from './names.ts';
import type { LabelPairs, Point } from './renderer.ts';
import { escapeQuoted } from './text-values.ts';

/** How names are written in one format; without quotes a name that is not classic has been escaped before. */
export type NameStyle = { readonly escaping: Escaping };

function labelText(labels: LabelPairs, { escaping }: NameStyle): string {
  let text = '';
  for (const [name, value] of labels) {
    const escaped = escapeName(name, 'label', escaping);
    const key = isClassicName(escaped, 'label') ? escaped : `"${escapeQuoted(escaped)}"`;
    text += `${text === '' ? '' : ','}${key}="${escapeQuoted(value)}"`;
  }
  return text;
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
  const isPlain = style.escaping !== 'dots' && hasClassicNames(name, point.labels);
  if (!isPlain) return seriesText(name, '', point.labels, style);
  return (point.prefixes.plain ??= seriesText(name, '', point.labels, style));
}

const classicNames = new Map<string, boolean>();
const REMEMBERED_NAMES = 4096;

function isKnownClassic(name: string, kind: 'metric' | 'label'): boolean {
  const known = classicNames.get(`${kind}${name}`);
  if (known !== undefined) return known;
  if (classicNames.size >= REMEMBERED_NAMES) classicNames.clear();
  const isClassic = isClassicName(name, kind);
  classicNames.set(`${kind}${name}`, isClassic);
  return isClassic;
}

function hasClassicNames(name: string, labels: LabelPairs): boolean {
  return (
    isKnownClassic(name, 'metric') && labels.every(([label]) => isKnownClassic(label, 'label'))
  );
}

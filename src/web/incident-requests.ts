import { SEVERITIES } from '../catalog/catalog.ts';
import type { DiagnosisClass } from '../catalog/catalog.ts';
import {
  CORRECTION_ANSWERS,
  INCIDENT_STATE_FILTERS,
  MAXIMUM_COMMENT_LENGTH,
  MAXIMUM_REASON_LENGTH,
} from '../console/console.ts';
import type { IncidentStateFilter } from '../console/console.ts';
import type { Problem } from '../std/std.ts';
import type { IncidentQuery } from './services.ts';

/** What callers send, decoded; every problem names its place and the remedy. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const DEFAULT_LIMIT = 50;
const MAXIMUM_LIMIT = 500;
const MAXIMUM_FILTER_LENGTH = 200;

const STATES = Object.keys(INCIDENT_STATE_FILTERS) as IncidentStateFilter[];

function oneOf<T extends string>(
  place: string,
  value: string,
  choices: readonly T[],
  problems: Problem[],
): T | undefined {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    const message = `"${value.slice(0, 60)}" is not possible`;
    problems.push({ place, message, remedy: `use one of: ${choices.join(', ')}` });
  }
  return found;
}

function limitOf(text: string, problems: Problem[]): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAXIMUM_LIMIT) return limit;
  const message = `"${text.slice(0, 60)}" is not possible`;
  problems.push({
    place: 'limit',
    message,
    remedy: `use a whole number from 1 to ${MAXIMUM_LIMIT}`,
  });
  return DEFAULT_LIMIT;
}

/** `?state=&target=&severity=&text=&limit=&before=`, all optional; open incidents when no state is named. */
export function decodeIncidentQuery(query: ReadonlyMap<string, string>): Decoded<IncidentQuery> {
  const problems: Problem[] = [];
  const severityText = query.get('severity');
  const severity =
    severityText === undefined ? undefined : oneOf('severity', severityText, SEVERITIES, problems);
  const target = query.get('target')?.slice(0, MAXIMUM_FILTER_LENGTH);
  const text = query.get('text')?.slice(0, MAXIMUM_FILTER_LENGTH);
  const before = query.get('before')?.slice(0, MAXIMUM_FILTER_LENGTH);
  const value: IncidentQuery = {
    state: oneOf('state', query.get('state') ?? 'open', STATES, problems) ?? 'open',
    limit: limitOf(query.get('limit') ?? String(DEFAULT_LIMIT), problems),
    ...(target === undefined ? {} : { target }),
    ...(severity === undefined ? {} : { severity }),
    ...(text === undefined ? {} : { text }),
    ...(before === undefined ? {} : { before }),
  };
  return problems.length === 0 ? { ok: true, value } : { ok: false, problems };
}

function fieldOf(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  const value = (body as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}

export function textField(body: unknown, name: string): string {
  return fieldOf(body, name) ?? '';
}

/** A comment or note, with line ends made uniform. */
export function decodeText(
  body: unknown,
  isRequired: boolean,
  maximumLength: number = MAXIMUM_COMMENT_LENGTH,
): Decoded<string> {
  const value = textField(body, 'text').replaceAll('\r\n', '\n').trim();
  const place = 'text';
  if (isRequired && value === '') {
    const remedy = 'write what others should know';
    return { ok: false, problems: [{ place, message: 'is empty', remedy }] };
  }
  if (value.length > maximumLength) {
    const message = `has ${value.length} characters`;
    const remedy = `shorten it to ${maximumLength}`;
    return { ok: false, problems: [{ place, message, remedy }] };
  }
  return { ok: true, value };
}

export function decodeAnswer(body: unknown): Decoded<DiagnosisClass> {
  const problems: Problem[] = [];
  const value = oneOf('answer', textField(body, 'answer'), CORRECTION_ANSWERS, problems);
  return value === undefined ? { ok: false, problems } : { ok: true, value };
}

/** Why incidents are merged or split, which may be left out. */
export function decodeReason(body: unknown): Decoded<string> {
  return decodeText(body, false, MAXIMUM_REASON_LENGTH);
}

/** The incident to merge into. */
export function decodeMerge(
  body: unknown,
): Decoded<{ readonly into: string; readonly why: string }> {
  const into = textField(body, 'into').trim();
  const why = decodeReason(body);
  if (!why.ok) return why;
  if (into !== '') return { ok: true, value: { into, why: why.value } };
  const remedy = 'choose the incident that it is to be merged into';
  return { ok: false, problems: [{ place: 'into', message: 'is empty', remedy }] };
}

/** The alerts that leave: the boxes that were ticked, by the identifiers of the alerts. */
export function decodeSplit(
  body: unknown,
): Decoded<{ readonly alerts: readonly string[]; readonly why: string }> {
  const alerts = textsField(body, 'alert');
  const why = decodeReason(body);
  if (!why.ok) return why;
  if (alerts.length > 0) return { ok: true, value: { alerts, why: why.value } };
  const remedy = 'tick the alerts that are to leave';
  return { ok: false, problems: [{ place: 'alert', message: 'none was chosen', remedy }] };
}

/** A field that may come once, several times or not at all. */
function textsField(body: unknown, name: string): readonly string[] {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return [];
  const value = (body as Record<string, unknown>)[name];
  return [value].flat().filter((text) => typeof text === 'string');
}

export function problemsText(problems: readonly Problem[]): string {
  return problems.map(({ place, message }) => `${place}: ${message}`).join('; ');
}

export function remediesText(problems: readonly Problem[]): string {
  return problems.map(({ remedy }) => remedy).join('; ');
}

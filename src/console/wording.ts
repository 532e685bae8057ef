import { NO_FAULT, UNKNOWN_FAULT, faultClassDefinition } from '../catalog/catalog.ts';
import type { DiagnosisAnswer } from '../catalog/catalog.ts';
import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import type { IncidentPhase } from './views.ts';

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

/** A length of time for people: `40 s`, `12 min`, `3 h 05 min`, `2 d 4 h`. Negative lengths count as 0. */
export function durationText(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  if (seconds < MINUTE_SECONDS) return `${seconds} s`;
  const minutes = Math.floor(seconds / MINUTE_SECONDS);
  if (seconds < HOUR_SECONDS) return `${minutes} min`;
  const hours = Math.floor(seconds / HOUR_SECONDS);
  if (seconds < DAY_SECONDS) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function isoSeconds(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? 'unknown time' : date.toISOString().slice(0, 19);
}

/** `2026-11-23 15:04:05 UTC`: one zone for everybody who compares notes with a log. */
export function absoluteTimeText(atMs: number): string {
  const iso = isoSeconds(atMs);
  return iso === 'unknown time' ? iso : `${iso.replace('T', ' ')} UTC`;
}

/** Relative for the reader in a hurry, absolute in the title; live.js keeps the relative part current. */
export function relativeTime(atMs: number, nowMs: number): Html {
  return html`<time data-relative datetime="${isoSeconds(atMs)}Z" title="${absoluteTimeText(atMs)}"
    >${durationText(nowMs - atMs)} ago</time
  >`;
}

/** The age alone, without "ago", for the column of that name. */
export function age(atMs: number, nowMs: number): Html {
  return html`<time data-age datetime="${isoSeconds(atMs)}Z" title="since ${absoluteTimeText(atMs)}"
    >${durationText(nowMs - atMs)}</time
  >`;
}

export function absoluteTime(atMs: number): Html {
  return html`<time datetime="${isoSeconds(atMs)}Z">${absoluteTimeText(atMs)}</time>`;
}

/** The time of day alone, with the date in the title, for rows of one incident. */
export function clockTime(atMs: number): Html {
  return html`<time datetime="${isoSeconds(atMs)}Z" title="${absoluteTimeText(atMs)}"
    >${absoluteTimeText(atMs).slice(5, 19)}</time
  >`;
}

export function percentText(ratio: number): string {
  const percent = ratio * 100;
  if (percent > 99 && percent < 100) return '> 99 %';
  if (percent > 0 && percent < 1) return '< 1 %';
  return `${Math.round(percent)} %`;
}

export function answerTitle(answer: DiagnosisAnswer): string {
  if (answer === UNKNOWN_FAULT) return 'Cause not known';
  if (answer === NO_FAULT) return 'No fault (false alarm)';
  return faultClassDefinition(answer)?.title ?? answer;
}

export function answerDescription(answer: DiagnosisAnswer): string {
  if (answer === UNKNOWN_FAULT) return 'the evidence fits none of the known fault classes well';
  if (answer === NO_FAULT) return 'the evidence looks like normal operation';
  return faultClassDefinition(answer)?.description ?? 'a class of another version of crmwatch';
}

/** The phases in their order. */
export const PHASE_TITLES: Readonly<Record<IncidentPhase, string>> = {
  reported: 'Reported',
  diagnosed: 'Diagnosed',
  localised: 'Localised',
  repairing: 'Repairing',
  verifying: 'Verifying',
  resolved: 'Resolved',
  closed: 'Closed',
};

/** An incident that came back is back in its first phase, and says so. */
export function phaseTitle(phase: IncidentPhase, timesReopened: number): string {
  return phase === 'reported' && timesReopened > 0 ? 'Reopened' : PHASE_TITLES[phase];
}

export function targetText(target: string | null): string {
  return target ?? 'the monitoring itself';
}

export function countText(
  count: number,
  singular: string,
  plural: string = `${singular}s`,
): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

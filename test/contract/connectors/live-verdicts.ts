import { isDeclared } from '../../support/sent-requests.ts';
import type { SentRequest } from '../../support/sent-requests.ts';
import type { Connection } from '../../../src/exporter/connectors/connectors.ts';
import type { Counts, LiveCall, LiveReport } from './live-report.ts';

/** What an account may lack: then it is named, and it is no fault of the connector. */
const EXCUSES: ReadonlySet<string> = new Set(['authorization', 'not_found']);
/** Records come and go between a count and a scan. */
const LARGEST_DIFFERENCE = 5;
const LARGEST_DIFFERENCE_RATIO = 0.01;

type Finding = { readonly place: string; readonly reason: string; readonly detail: string };

/** Calls that failed, each with its reason. */
function failuresOf({ calls }: LiveReport): readonly Finding[] {
  return calls.flatMap(({ name, outcome }) =>
    outcome.ok ? [] : [{ place: name, ...outcome.failure }],
  );
}

/** Calls that failed for what no account can excuse. */
export function faultsOf(report: LiveReport): readonly string[] {
  return failuresOf(report)
    .filter(({ reason }) => !EXCUSES.has(reason))
    .map(textOf);
}

function textOf({ place, reason, detail }: Finding): string {
  return `${place}: ${reason}: ${detail}`;
}

type Leaf = { readonly place: string; readonly value: unknown };

/** Every value that is told, with its path; a value that is not known is one of them as a whole. */
function leavesOf(place: string, value: unknown): readonly Leaf[] {
  if (typeof value !== 'object' || value === null || isUnknown(value)) return [{ place, value }];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(`${place}.${key}`, item));
}

type Unknown = { readonly known: false; readonly reason: string; readonly detail: string };

function isUnknown(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && 'known' in value && value.known === false;
}

function leavesOfCall({ name, outcome }: LiveCall): readonly Leaf[] {
  return outcome.ok ? leavesOf(name, outcome.value) : [];
}

/** Numbers that nothing can be: less than zero, endless, or none at all. */
export function impossibleNumbersOf({ calls }: LiveReport): readonly string[] {
  return calls
    .flatMap(leavesOfCall)
    .filter(({ value }) => typeof value === 'number' && !(Number.isFinite(value) && value >= 0))
    .map(({ place, value }) => `${place} is ${String(value)}`);
}

/** Where a count that was pushed down is not that of the records that were read. */
export function differencesOf({ objects }: LiveReport): readonly string[] {
  return objects.flatMap(({ name, counted, scanned }) =>
    counted === undefined || scanned === undefined ? [] : compare(name, counted, scanned),
  );
}

function compare(name: string, counted: Counts, scanned: Counts): readonly string[] {
  return Object.entries(counted).flatMap(([what, number]) => {
    const read = scanned[what];
    if (read === undefined) return [];
    const allowed = Math.max(LARGEST_DIFFERENCE, LARGEST_DIFFERENCE_RATIO * Math.max(number, read));
    const isClose = Math.abs(number - read) <= allowed;
    return isClose ? [] : [`${name}: ${number} ${what} counted, ${read} read`];
  });
}

/** Requests that may do more than read, as far as method and path tell. */
export function undeclaredOf(
  connection: Connection,
  sent: readonly SentRequest[],
): readonly string[] {
  return sent
    .filter((request) => !isDeclared(connection, request))
    .map(({ method, url }) => `${method} ${url.origin}${url.pathname}`);
}

/** What was asked, what it cost, and what this account may not see or the platform cannot tell. */
export function tableOf(report: LiveReport): string {
  const { calls } = report;
  const rows = calls.map((call) => [
    call.name,
    String(call.requests),
    call.seconds.toFixed(2),
    verdictOf(call),
  ]);
  const sum = (key: 'requests' | 'seconds'): number =>
    calls.reduce((total, call) => total + call[key], 0);
  const table = [
    ['call', 'requests', 'seconds', 'came to'],
    ...rows,
    ['together', String(sum('requests')), sum('seconds').toFixed(2), ''],
  ];
  const hidden = failuresOf(report).filter(({ reason }) => EXCUSES.has(reason));
  const unknowns = calls
    .flatMap(leavesOfCall)
    .flatMap(({ place, value }) => (isUnknown(value) ? [{ place, ...value }] : []));
  return [
    ...aligned(table),
    ...hidden.map((finding) => `this account may not see: ${textOf(finding)}`),
    ...unknowns.map((finding) => `unknown: ${textOf(finding)}`),
  ].join('\n');
}

function verdictOf(call: LiveCall): string {
  if (!call.outcome.ok) return call.outcome.failure.reason;
  const unknowns = leavesOfCall(call).filter(({ value }) => isUnknown(value)).length;
  return unknowns === 0 ? 'ok' : `ok, ${unknowns} unknown`;
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widthOf = (column: number): number =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map(([name = '', requests = '', seconds = '', verdict = '']) =>
    [name.padEnd(widthOf(0)), requests.padStart(widthOf(1)), seconds.padStart(widthOf(2)), verdict]
      .join('  ')
      .trimEnd(),
  );
}

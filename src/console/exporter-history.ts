import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { page } from './layout.ts';
import { plainTable } from './plain-table.ts';
import type { ProbeHistoryView } from './views.ts';
import { relativeTime } from './wording.ts';

export type ProbeHistoryListView = {
  readonly nowMs: number;
  /** Newest first. */
  readonly entries: readonly ProbeHistoryView[];
};

function row(entry: ProbeHistoryView, nowMs: number): Html {
  const result =
    entry.reason === null
      ? html`<span class="badge good"><span aria-hidden="true">✓</span> Passed</span>`
      : html`<span class="badge critical"><span aria-hidden="true">✕</span> Failed</span
          ><span class="block muted">${entry.reason}</span>`;
  return html`<tr>
    <td>${relativeTime(entry.startedAtMs, nowMs)}</td>
    <th scope="row">${entry.target}</th>
    <td>${entry.probe}</td>
    <td>${result}</td>
    <td class="number">${(entry.durationSeconds * 1000).toFixed(0)} ms</td>
    <td><a href="/history?id=${entry.id}">Run ${entry.id}</a></td>
  </tr>`;
}

/** The last runs of all probes; failed ones stay longer than passed ones. */
export function probeHistoryPage({ nowMs, entries }: ProbeHistoryListView): string {
  const heads = ['Started', 'Target', 'Module', 'Result', 'Took', 'Details'];
  const table =
    entries.length === 0
      ? html`<p>No probe has run yet.</p>`
      : plainTable(
          'Table of runs',
          heads,
          entries.map((entry) => row(entry, nowMs)),
        );
  const body = html`<div class="head"><h1>History of probes</h1></div>
    <p class="lead">
      The last runs, newest first. Failed ones are kept apart, so that many passed ones do not push
      them out.
    </p>
    <section class="card" aria-label="Runs">${table}</section>
    <p><a href="/">Back to the exporter</a></p>`;
  return page({ title: 'History of probes' }, null, body);
}

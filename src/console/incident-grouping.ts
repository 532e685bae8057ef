import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { formAddress, mayAct } from './form-parts.ts';
import { formToken } from './layout.ts';
import type {
  AlertView,
  IncidentDetailView,
  IncidentSummaryView,
  PageContext,
  RegroupingView,
} from './views.ts';
import { countText, relativeTime, targetText } from './wording.ts';

/** Each of the two incidents of a merge keeps it. */
export const MAXIMUM_REASON_LENGTH = 500;
const SHOWN_ALERTS = 100;
const SHOWN_LABELS = 4;

function isOpen({ phase }: IncidentSummaryView): boolean {
  return phase !== 'resolved' && phase !== 'closed';
}

/** Whether the reader may merge it into another one, as far as the page can tell. */
export function isMergeable(view: IncidentSummaryView, context: PageContext): boolean {
  return view.phase !== 'closed' && mayAct(context);
}

function link(incidentId: string): Html {
  return html`<a class="mono" href="/incidents/${encodeURIComponent(incidentId)}"
    >${incidentId}</a
  >`;
}

function undoForm(incidentId: string, what: 'merge' | 'split', context: PageContext): Html | null {
  if (!mayAct(context)) return null;
  return html`<form method="post" action="${formAddress(incidentId, `${what}/undo`)}">
    ${formToken(context)}
    <button class="quiet" type="submit">Undo the ${what}</button>
  </form>`;
}

function signature({ by, why, atMs }: RegroupingView, nowMs: number): Html {
  return html`by
    <strong>${by}</strong> ${relativeTime(atMs, nowMs)}${why === '' ? '' : `: ${why}`}`;
}

/** On top of the page of an incident that ended in another one. */
export function mergedBanner(view: IncidentDetailView, context: PageContext): Html {
  const { mergedInto } = view;
  if (mergedInto === null) return html`<div id="merged" data-live hidden></div>`;
  return html`<div class="banner warning" id="merged" data-live>
    <p>
      Merged into ${link(mergedInto.incidentId)} (${mergedInto.title})
      ${signature(mergedInto, context.nowMs)}. Its alerts go on there.
    </p>
    ${undoForm(view.id, 'merge', context)}
  </div>`;
}

function origins(view: IncidentDetailView, context: PageContext): Html | null {
  const { splitFrom, merged, mergedInto } = view;
  if (splitFrom === null && merged.length === 0) return null;
  const isSplit = splitFrom !== null && mergedInto === null;
  return html`<ul class="groups">
    ${
      splitFrom === null
        ? null
        : html`<li>
            <p>Split off ${link(splitFrom.incidentId)} ${signature(splitFrom, context.nowMs)}</p>
            ${isSplit ? undoForm(view.id, 'split', context) : null}
          </li>`
    }
    ${merged.map(
      (merge) =>
        html`<li>
          <p>${link(merge.incidentId)} was merged into it ${signature(merge, context.nowMs)}</p>
          ${isOpen(view) ? undoForm(merge.incidentId, 'merge', context) : null}
        </li>`,
    )}
  </ul>`;
}

function reasonField(id: string): Html {
  return html`<label for="${id}">Reason <span class="muted">(optional)</span></label>
    <input id="${id}" name="text" maxlength="${MAXIMUM_REASON_LENGTH}" />`;
}

function mergeForm(
  view: IncidentDetailView,
  context: PageContext,
  others: readonly IncidentSummaryView[],
): Html {
  const choices = others.filter(({ id }) => id !== view.id);
  if (choices.length === 0) {
    return html`<p class="muted small">No other incident is open to merge it into.</p>`;
  }
  return html`<form id="merge-form" method="post" action="${formAddress(view.id, 'merge')}">
    ${formToken(context)}
    <label for="merge-into">Merge this incident into</label>
    <select id="merge-into" name="into" required>
      <option value="">Choose an open incident…</option>
      ${choices.map(
        ({ id, title, target }) =>
          html`<option value="${id}">${targetText(target)}: ${title} (${id})</option>`,
      )}
    </select>
    ${reasonField('merge-reason')}
    <p class="muted small">It is closed, and its alerts go on there. Can be undone.</p>
    <button type="submit">Merge</button>
  </form>`;
}

function alertBox({ id, name, status, labels }: AlertView): Html {
  const shown = Object.entries(labels)
    .filter(([label]) => label !== 'alertname' && label !== 'severity')
    .slice(0, SHOWN_LABELS);
  return html`<li>
    <label
      ><input type="checkbox" name="alert" value="${id}" />
      <span
        ><strong>${name}</strong> ${status === 'firing' ? 'fires' : 'stopped'}
        ${shown.map(([label, value]) => html`<code>${label}=${value}</code> `)}</span
      ></label
    >
  </li>`;
}

function splitForm(view: IncidentDetailView, context: PageContext): Html | null {
  if (!isOpen(view) || view.totalAlerts < 2) return null;
  const shown = view.alerts.slice(0, SHOWN_ALERTS);
  const rest = view.totalAlerts - shown.length;
  return html`<details id="split-details">
    <summary>Split alerts off…</summary>
    <form id="split-form" method="post" action="${formAddress(view.id, 'split')}">
      ${formToken(context)}
      <fieldset>
        <legend>Alerts of another fault, for an incident of their own</legend>
        <ul class="boxes">
          ${shown.map(alertBox)}
        </ul>
      </fieldset>
      ${
        rest === 0
          ? null
          : html`<p class="muted small">
              ${countText(rest, 'more alert')} can be split off by the API.
            </p>`
      }
      ${reasonField('split-reason')}
      <button type="submit">Split off</button>
    </form>
  </details>`;
}

/** What was merged and split, with a way back, and the forms for more of it. */
export function groupingSection(
  view: IncidentDetailView,
  context: PageContext,
  others: readonly IncidentSummaryView[],
): Html {
  const made = origins(view, context);
  const merge = isMergeable(view, context) ? mergeForm(view, context, others) : null;
  const split = mayAct(context) ? splitForm(view, context) : null;
  if (made === null && merge === null && split === null) {
    return html`<div id="grouping" data-live hidden></div>`;
  }
  return html`<section
    class="card actions"
    id="grouping"
    data-live
    aria-labelledby="grouping-title"
  >
    <h2 id="grouping-title">Merge and split</h2>
    ${made} ${merge} ${split}
  </section>`;
}

import { isRoleEnough } from '../responder/accounts/accounts.ts';
import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { MAXIMUM_COMMENT_LENGTH } from './incident-actions.ts';
import { formToken, page } from './layout.ts';
import { plainTable } from './plain-table.ts';
import type {
  MaintenanceDetailView,
  MaintenanceListView,
  MaintenanceStateFilter,
  MaintenanceWindowView,
} from './maintenance-views.ts';
import type { PageContext } from './views.ts';
import { absoluteTime, absoluteTimeText, clockTime, countText } from './wording.ts';

export const MAINTENANCE_STATE_FILTERS: Readonly<Record<MaintenanceStateFilter, string>> = {
  open: 'Planned and active',
  ended: 'Ended',
  all: 'All',
};

const STATES = {
  planned: ['Planned', 'neutral'],
  active: ['Active', 'warning'],
  ended: ['Ended', 'good'],
} as const;

function stateBadge({ state }: MaintenanceWindowView): Html {
  const [label, tone] = STATES[state];
  return html`<span class="badge ${tone}">${label}</span>`;
}

function mayAct({ role }: PageContext): boolean {
  return isRoleEnough(role, 'responder');
}

function scopeOf({ targets, labels }: MaintenanceWindowView): Html {
  return html`${targets.length === 0 ? 'any target' : targets.join(', ')}
    <span class="labels"
      >${Object.entries(labels).map(([name, value]) => html`<code>${name}=${value}</code> `)}</span
    >`;
}

function scopeText({ targets, labels }: MaintenanceWindowView): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const named = targets.length === 0 ? 'any target' : targets.join(', ');
  return pairs.length === 0 ? named : `${named} with ${pairs.join(' and ')}`;
}

function row(view: MaintenanceWindowView): Html {
  const address = `/maintenance/${encodeURIComponent(view.id)}`;
  return html`<tr>
    <td>${stateBadge(view)}</td>
    <th scope="row">
      <a href="${address}">${view.name}</a>
      <span class="block muted">${view.reason}</span>
    </th>
    <td>${scopeOf(view)}</td>
    <td>${absoluteTime(view.startsAtMs)}</td>
    <td>${absoluteTime(view.endedAtMs ?? view.endsAtMs)}</td>
    <td>${view.plannedBy}</td>
    <td class="number">${view.incidents}</td>
  </tr>`;
}

export function maintenanceUrl(state: MaintenanceStateFilter, before?: number): string {
  const query = new URLSearchParams();
  if (state !== 'open') query.set('state', state);
  if (before !== undefined) query.set('before', String(before));
  const text = query.toString();
  return text === '' ? '/maintenance' : `/maintenance?${text}`;
}

function filters({ state }: MaintenanceListView): Html {
  return html`<nav aria-label="Filter">
    ${(Object.keys(MAINTENANCE_STATE_FILTERS) as MaintenanceStateFilter[]).map((choice) => {
      const current = choice === state ? html` aria-current="page"` : null;
      const label = MAINTENANCE_STATE_FILTERS[choice];
      return html`<a href="${maintenanceUrl(choice)}" ${current}>${label}</a> `;
    })}
  </nav>`;
}

function table(view: MaintenanceListView): Html {
  const heads = ['State', 'Window', 'About', 'From', 'To', 'Made by', 'Incidents'];
  if (view.windows.length === 0) return html`<p>No window is here.</p>`;
  return plainTable('Table of windows', heads, view.windows.map(row));
}

function createForm(view: MaintenanceListView, context: PageContext): Html | null {
  if (!mayAct(context)) return null;
  const now = absoluteTimeText(context.nowMs).slice(0, 16).replace(' ', 'T');
  return html`<section class="card delivery" aria-labelledby="create-title">
    <h2 id="create-title">Make a window</h2>
    <form method="post" action="/maintenance">
      ${formToken(context)}
      <label for="window-name">Name</label>
      <input id="window-name" name="name" maxlength="63" required />
      <label for="window-reason">Why</label>
      <input id="window-reason" name="reason" maxlength="500" required />
      <label for="window-targets">Targets, with commas between them</label>
      <input id="window-targets" name="targets" maxlength="2000" list="known-targets" />
      <datalist id="known-targets">
        ${view.targets.map((target) => html`<option value="${target}"></option>`)}
      </datalist>
      <label for="window-labels">Only alerts with these labels, such as team=crm, row=1</label>
      <input id="window-labels" name="labels" maxlength="2000" />
      <label for="window-start">From, in UTC; now when empty</label>
      <input id="window-start" name="starts_at" type="datetime-local" min="${now}" />
      <label for="window-duration">How long, such as 90m or 2h</label>
      <input
        id="window-duration"
        name="duration"
        required
        maxlength="20"
        pattern="(\\d{1,5}[smhd]){1,4}"
        value="1h"
      />
      <button class="primary" type="submit">Make it</button>
    </form>
  </section>`;
}

/** Windows of maintenance: what is planned, what is under way, and a form for another. */
export function maintenanceListPage(view: MaintenanceListView, context: PageContext): string {
  const body = html`<div class="head"><h1>Maintenance</h1></div>
    <p class="lead">
      In a window alerts become incidents and are diagnosed as ever; only pages about them wait
      until its end. Whatever still fires or is not verified is paged then.
    </p>
    <div class="choices">${filters(view)}</div>
    <section class="card" aria-label="Windows">${table(view)}</section>
    ${
      view.nextBefore === null
        ? null
        : html`<p class="more">
            <a class="button" href="${maintenanceUrl(view.state, view.nextBefore)}"
              >Older windows</a
            >
          </p>`
    }
    ${createForm(view, context)}`;
  return page({ title: 'Maintenance', section: 'maintenance' }, context, body);
}

function actions(view: MaintenanceDetailView, context: PageContext): Html | null {
  if (view.state === 'ended' || !mayAct(context)) return null;
  const address = `/maintenance/${encodeURIComponent(view.id)}`;
  return html`<section class="card delivery" aria-labelledby="act-title">
    <h2 id="act-title">Act</h2>
    <form method="post" action="${address}/extend">
      ${formToken(context)}
      <label for="extend-duration">From now on for, such as 30m or 2h</label>
      <input
        id="extend-duration"
        name="duration"
        required
        maxlength="20"
        pattern="(\\d{1,5}[smhd]){1,4}"
      />
      <label for="extend-text">Because <span class="muted">(optional)</span></label>
      <input id="extend-text" name="text" maxlength="${MAXIMUM_COMMENT_LENGTH}" />
      <button type="submit">Move its end</button>
    </form>
    <form method="post" action="${address}/end">
      ${formToken(context)}
      <label for="end-text">Because <span class="muted">(optional)</span></label>
      <input id="end-text" name="text" maxlength="${MAXIMUM_COMMENT_LENGTH}" />
      <button type="submit">
        ${view.state === 'planned' ? 'Call it off' : 'End it now, and page what still fires'}
      </button>
    </form>
  </section>`;
}

/** One window, with everything that happened to it. */
export function maintenanceWindowPage(view: MaintenanceDetailView, context: PageContext): string {
  const end = view.endedAtMs ?? view.endsAtMs;
  const body = html`<nav class="crumbs" aria-label="Breadcrumb">
      <a href="/maintenance">Maintenance</a> <span aria-hidden="true">›</span>
      <span class="mono">${view.id}</span>
    </nav>
    <div class="head">
      <h1>${view.name}</h1>
      <p class="badges">${stateBadge(view)}</p>
    </div>
    <p class="lead">
      ${view.reason}. About ${scopeText(view)}, from ${absoluteTime(view.startsAtMs)} to
      ${absoluteTime(end)}, made by ${view.plannedBy}. ${countText(view.incidents, 'incident')}
      ${view.incidents === 1 ? 'is or was' : 'are or were'} in it.
    </p>
    <section class="card" aria-labelledby="journal-title">
      <h2 id="journal-title">What happened</h2>
      <ol class="timeline">
        ${view.journal.map(
          (entry) =>
            html`<li class="entry">
              <div class="entry-head">
                <strong>${entry.actor}</strong>
                <span class="when">${clockTime(entry.atMs)}</span>
              </div>
              <p>${entry.text}</p>
            </li>`,
        )}
      </ol>
      <p class="muted small">Part of the chain of hashes that journal verify proves.</p>
    </section>
    ${actions(view, context)}`;
  return page({ title: view.name, section: 'maintenance' }, context, body);
}

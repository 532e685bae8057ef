import { SEVERITIES } from '../catalog/catalog.ts';
import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { diagnosisBrief, heldBadges, phaseBadge, recoveryBadge, severityBadge } from './badges.ts';
import { page } from './layout.ts';
import type {
  IncidentFilter,
  IncidentListView,
  IncidentStateFilter,
  IncidentSummaryView,
  PageContext,
  PipeView,
  StatisticsView,
} from './views.ts';
import { age, countText, durationText, relativeTime, targetText } from './wording.ts';

export const INCIDENT_STATE_FILTERS: Readonly<Record<IncidentStateFilter, string>> = {
  open: 'Open',
  resolved: 'Resolved',
  closed: 'Closed',
  all: 'All',
};

/** The address of the list with this filter, and optionally of a later page. */
export function incidentListUrl(filter: IncidentFilter, before?: string): string {
  const query = new URLSearchParams();
  if (filter.state !== 'open') query.set('state', filter.state);
  if (filter.target !== undefined) query.set('target', filter.target);
  if (filter.severity !== undefined) query.set('severity', filter.severity);
  if (filter.text !== undefined) query.set('text', filter.text);
  if (before !== undefined) query.set('before', before);
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}

function pipeBanner(pipe: PipeView, nowMs: number): Html {
  if (pipe.state === 'alive') return html`<div id="pipe-banner" data-live hidden></div>`;
  if (pipe.state === 'waiting') {
    return html`<div id="pipe-banner" data-live class="banner info">
      <p>
        <strong>Waiting for the first watchdog alert.</strong> Until it arrives, silence here proves
        nothing.
      </p>
    </div>`;
  }
  const seen =
    pipe.lastSeenAtMs === null
      ? 'It was never seen.'
      : html`It was last seen ${relativeTime(pipe.lastSeenAtMs, nowMs)}.`;
  return html`<div id="pipe-banner" data-live class="banner critical" role="alert">
    <p>
      <strong>The alerting pipe looks dead.</strong> No watchdog alert for more than
      ${durationText(pipe.limitSeconds * 1000)}. ${seen} An empty list does not mean that all is
      well.
    </p>
    <p>Check Prometheus, Alertmanager and the route from Alertmanager to this responder.</p>
  </div>`;
}

function quarantineBanner(quarantined: number): Html {
  if (quarantined === 0) return html`<div id="quarantine-banner" data-live hidden></div>`;
  return html`<div id="quarantine-banner" data-live class="banner warning">
    <p>
      <strong
        >${countText(quarantined, 'delivery', 'deliveries')} of alerts could not be read</strong
      >, or not wholly. <a href="/quarantine">Look at the quarantine</a>.
    </p>
  </div>`;
}

function maintenanceBanner({ activeWindows, flappingAlerts }: StatisticsView): Html {
  const parts = [
    ...(activeWindows === 0
      ? []
      : [html`<a href="/maintenance">${countText(activeWindows, 'window')} of maintenance</a>`]),
    ...(flappingAlerts === 0 ? [] : [countText(flappingAlerts, 'flapping alert')]),
  ];
  if (parts.length === 0) return html`<div id="held-banner" data-live hidden></div>`;
  return html`<div id="held-banner" data-live class="banner info">
    <p>Pages are held: ${parts.map((part, index) => html`${index === 0 ? '' : ', '}${part}`)}.</p>
  </div>`;
}

function figure(count: number, label: string, tone: string): Html {
  return html`<li class="${count > 0 ? tone : 'calm'}"><strong>${count}</strong> ${label}</li>`;
}

function countsStrip(statistics: StatisticsView): Html {
  return html`<ul class="counts" id="counts" data-live aria-label="Incidents at a glance">
    ${figure(statistics.open, 'open', 'info')}
    ${figure(statistics.critical, 'critical', 'critical')}
    ${figure(statistics.unacknowledged, 'not acknowledged', 'warning')}
    ${figure(statistics.unconfirmed, 'unconfirmed', 'warning')}
    ${figure(statistics.resolvedLastDay, 'resolved in 24 h', 'good')}
  </ul>`;
}

function option(value: string, label: string, chosen: boolean): Html {
  return html`<option value="${value}" ${chosen ? html` selected` : null}>${label}</option>`;
}

function filterForm(view: IncidentListView): Html {
  const { filter } = view;
  const targets = view.statistics.targets;
  const states = Object.entries(INCIDENT_STATE_FILTERS);
  return html`<form
    class="filters"
    id="filters"
    method="get"
    action="/"
    role="search"
    aria-label="Filter incidents"
  >
    <div>
      <label for="filter-state">State</label>
      <select id="filter-state" name="state">
        ${states.map(([value, label]) => option(value, label, value === filter.state))}
      </select>
    </div>
    <div>
      <label for="filter-severity">Severity</label>
      <select id="filter-severity" name="severity">
        ${option('', 'Any', filter.severity === undefined)}
        ${SEVERITIES.map((severity) => option(severity, severity, severity === filter.severity))}
      </select>
    </div>
    <div>
      <label for="filter-target">Target</label>
      <select id="filter-target" name="target">
        ${option('', 'Any', filter.target === undefined)}
        ${targets.map((target) => option(target, target, target === filter.target))}
      </select>
    </div>
    <div class="grow">
      <label for="filter-text">Text</label>
      <input
        id="filter-text"
        name="text"
        type="search"
        maxlength="200"
        value="${filter.text ?? ''}"
      />
    </div>
    <button type="submit">Filter</button>
    <a class="button quiet" href="/">Reset</a>
  </form>`;
}

function owner(incident: IncidentSummaryView, nowMs: number): Html {
  const { acknowledged } = incident;
  if (acknowledged === null) return html`<span class="nobody">Nobody yet</span>`;
  return html`<span>${acknowledged.by}</span>
    <span class="muted">${relativeTime(acknowledged.atMs, nowMs)}</span>`;
}

function row(incident: IncidentSummaryView, nowMs: number): Html {
  const alerts = `${incident.firingAlerts} of ${countText(incident.totalAlerts, 'alert')} firing`;
  return html`<tr id="incident-${incident.id}" data-incident="${incident.id}" role="row">
    <td role="cell" class="severity">${severityBadge(incident.severity)}</td>
    <td role="cell" class="what">
      <a href="/incidents/${encodeURIComponent(incident.id)}">${incident.title}</a>
      <span class="muted">${targetText(incident.target)} · ${alerts}</span>
      ${[
        ...incident.unconfirmedBecause,
        ...incident.muted,
        ...incident.pagesHeld.map(({ text }) => text),
      ].map((why) => html`<span class="block muted">${why}</span>`)}
    </td>
    <td role="cell" class="phase">
      ${phaseBadge(incident)} ${recoveryBadge(incident)} ${heldBadges(incident)}
    </td>
    <td role="cell" class="diagnosis">${diagnosisBrief(incident.diagnosis)}</td>
    <td role="cell" class="age">
      <span class="cell-label">Age </span>${age(incident.openedAtMs, nowMs)}
    </td>
    <td role="cell" class="owner">
      <span class="cell-label">Owner </span>${owner(incident, nowMs)}
    </td>
  </tr>`;
}

function emptyState(view: IncidentListView): Html {
  const { filter, statistics } = view;
  const narrowed =
    filter.target !== undefined || filter.severity !== undefined || filter.text !== undefined;
  if (narrowed || filter.state !== 'open') {
    return html`<p class="empty">
      No incident matches this filter. <a href="/">Show all open ones</a>.
    </p>`;
  }
  return statistics.pipe.state === 'alive'
    ? html`<p class="empty">
        No open incident, and the alerting pipe is alive.
        <a href="/?state=all">Look at past ones</a>.
      </p>`
    : html`<p class="empty">
        No open incident is known. <a href="/?state=all">Look at past ones</a>.
      </p>`;
}

function table(view: IncidentListView, nowMs: number): Html {
  return html`<table class="incidents" role="table" aria-labelledby="incidents-title">
    <thead role="rowgroup">
      <tr role="row">
        ${['Severity', 'Incident', 'Phase', 'Diagnosis', 'Age', 'Owner'].map(
          (name) => html`<th role="columnheader" scope="col">${name}</th>`,
        )}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${view.incidents.map((incident) => row(incident, nowMs))}
    </tbody>
  </table>`;
}

/** The list of incidents: what is on fire, what is known about it, and who has it. */
export function incidentListPage(view: IncidentListView, context: PageContext): string {
  const { nowMs } = context;
  const body = html`<div class="head">
      <h1 id="incidents-title">${INCIDENT_STATE_FILTERS[view.filter.state]} incidents</h1>
    </div>
    ${pipeBanner(view.statistics.pipe, nowMs)} ${quarantineBanner(view.statistics.quarantined)}
    ${maintenanceBanner(view.statistics)} ${countsStrip(view.statistics)} ${filterForm(view)}
    <p class="banner info news" id="news" role="status" hidden></p>
    <div id="incident-list" class="list-frame">
      ${view.incidents.length === 0 ? emptyState(view) : table(view, nowMs)}
    </div>
    ${
      view.nextBefore === null
        ? null
        : html`<p class="more">
            <a class="button" href="${incidentListUrl(view.filter, view.nextBefore)}"
              >Older incidents</a
            >
          </p>`
    }`;
  return page(
    { title: 'Incidents', section: 'incidents', liveUrl: '/events', liveMode: 'list' },
    context,
    body,
  );
}

import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { outsideLink, severityBadge } from './badges.ts';
import { acknowledgeForm } from './incident-actions.ts';
import type {
  AlertView,
  IncidentDetailView,
  IncidentPhase,
  PageContext,
  TimelineEntryView,
  VerificationView,
} from './views.ts';
import {
  PHASE_TITLES,
  absoluteTime,
  age,
  clockTime,
  countText,
  durationText,
  phaseTitle,
  relativeTime,
  targetText,
} from './wording.ts';

const RAIL_ORDER = Object.keys(PHASE_TITLES) as IncidentPhase[];

/** Where the incident is on its way from reported to closed, with the time each phase was entered. */
export function phaseRail(view: IncidentDetailView): Html {
  const current = RAIL_ORDER.indexOf(view.phase);
  return html`<ol class="rail" id="phase-rail" data-live aria-label="Phases">
    ${RAIL_ORDER.map((phase, index) => {
      const state = index < current ? 'done' : index === current ? 'current' : 'ahead';
      const reached = view.phaseTimes[phase];
      const step = state === 'current' ? html` aria-current="step"` : null;
      const word = { done: 'done: ', current: 'now: ', ahead: 'ahead: ' }[state];
      const title = phaseTitle(phase, index === current ? view.timesReopened : 0);
      const after =
        reached === undefined || state === 'ahead'
          ? null
          : html`<span class="when" title="after the first report"
              >+${durationText(reached - view.openedAtMs)}</span
            >`;
      return html`<li class="${state}" ${step}>
        <span class="dot" aria-hidden="true">${state === 'done' ? '✓' : ''}</span
        ><span class="name"><span class="hidden">${word}</span>${title}</span>${after}
      </li>`;
    })}
  </ol>`;
}

const SHOWN_LABELS = 8;
/** A storm can put ten thousand alerts into one incident; a page must stay readable and quick all the same. */
const SHOWN_ALERTS = 100;
const SHOWN_ENTRIES = 300;

function alertRow(alert: AlertView, isMoved: boolean, nowMs: number): Html {
  const labels = Object.entries(alert.labels)
    .filter(([name]) => name !== 'alertname' && name !== 'severity')
    .slice(0, SHOWN_LABELS);
  const state = isMoved
    ? html`<span class="badge neutral">Moved</span>`
    : alert.status === 'firing'
      ? html`<span class="badge critical"><span aria-hidden="true">●</span> Firing</span>`
      : html`<span class="badge good"><span aria-hidden="true">✓</span> Stopped</span>`;
  return html`<tr>
    <td>${state}</td>
    <th scope="row">
      ${alert.name} ${severityBadge(alert.severity)}
      <span class="block muted">${alert.summary}</span>
      <span class="block muted small">here because ${alert.joinedBecause}</span>
      <span class="labels"
        >${labels.map(([name, value]) => html`<code>${name}=${value}</code> `)}</span
      >
    </th>
    <td>${relativeTime(alert.startsAtMs, nowMs)}</td>
    <td>
      ${alert.endsAtMs === null ? html`<span class="muted">${alert.status === 'firing' ? 'still firing' : 'not told'}</span>` : relativeTime(alert.endsAtMs, nowMs)}
    </td>
    <td>${outsideLink(alert.runbookUrl, 'Runbook')} ${outsideLink(alert.sourceUrl, 'Query')}</td>
  </tr>`;
}

/** Firing before stopped, newest first. */
function mostUrgent(alerts: readonly AlertView[]): readonly AlertView[] {
  const rank = (alert: AlertView): number => (alert.status === 'firing' ? 0 : 1);
  return alerts
    .toSorted((a, b) => rank(a) - rank(b) || b.startsAtMs - a.startsAtMs)
    .slice(0, SHOWN_ALERTS);
}

function leftOut(count: number, noun: string, id: string): Html | null {
  if (count <= 0) return null;
  const address = `/api/v1/incidents/${encodeURIComponent(id)}`;
  return html`<p class="muted small">
    ${countText(count, `more ${noun}`)} not shown; <a href="${address}">more of them as JSON</a>.
  </p>`;
}

export function alertsSection(view: IncidentDetailView, nowMs: number): Html {
  return html`<section class="card" id="alerts" data-live aria-labelledby="alerts-title">
    <h2 id="alerts-title">Alerts</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Table of alerts">
      <table class="plain">
        <thead>
          <tr>
            ${['State', 'Alert', 'Started', 'Ended', 'Links'].map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${mostUrgent(view.alerts).map((alert) => alertRow(alert, view.mergedInto !== null, nowMs))}
        </tbody>
      </table>
    </div>
    ${
      view.compacted === null
        ? leftOut(view.totalAlerts - Math.min(view.alerts.length, SHOWN_ALERTS), 'alert', view.id)
        : html`<p class="muted small">
            ${countText(view.totalAlerts, 'alert')} in all; the details were forgotten.
          </p>`
    }
  </section>`;
}

function verificationRow(check: VerificationView, nowMs: number): Html {
  const outcome = {
    passed: html`<span class="badge good"><span aria-hidden="true">✓</span> Passed</span>`,
    failed: html`<span class="badge critical"><span aria-hidden="true">✕</span> Failed</span>`,
    impossible: html`<span class="badge warning"
      ><span aria-hidden="true">?</span> Cannot tell</span
    >`,
  }[check.outcome];
  return html`<li>
    ${outcome} <strong>${check.probe ?? check.alert}</strong>
    <span class="muted"
      >${check.detail}${check.atMs === null ? null : html` · ${relativeTime(check.atMs, nowMs)}`}</span
    >
  </li>`;
}

const MERGED_SAY =
  'It ended by a merge and not by a recovery, which is to be proved where it goes on.';

export function verificationSection(view: IncidentDetailView, nowMs: number): Html {
  const say = {
    none:
      view.mergedInto !== null
        ? MERGED_SAY
        : 'An incident is over only when a fresh run of the probes that failed passes.',
    unconfirmed:
      'Unconfirmed: the alerts are gone, but it is not proved yet that the trouble is over.',
    confirmed: 'Confirmed: a fresh run of every probe that failed has passed.',
  }[view.recovery];
  const tone = { none: 'plain', unconfirmed: 'warning', confirmed: 'good' }[view.recovery];
  return html`<section
    class="card"
    id="verification"
    data-live
    aria-labelledby="verification-title"
  >
    <h2 id="verification-title">Recovery</h2>
    <p class="banner ${tone}">${say}</p>
    ${[...view.unconfirmedBecause, ...view.muted].map((why) => html`<p class="banner warning">${why}.</p>`)}
    ${
      view.verifications.length === 0
        ? html`<p class="muted">No verification has run.</p>`
        : html`<ul class="checks">
            ${view.verifications.map((check) => verificationRow(check, nowMs))}
          </ul>`
    }
  </section>`;
}

export function stepsSection(view: IncidentDetailView): Html {
  const { plan } = view;
  if (plan === null) return html`<div id="steps" data-live hidden></div>`;
  return html`<section class="card" id="steps" data-live aria-labelledby="steps-title">
    <h2 id="steps-title">Suggested steps: ${plan.title}</h2>
    <ol class="steps">
      ${plan.steps.map(
        (step) =>
          html`<li>
            ${step.text} ${outsideLink(step.link, 'Read on')}
            ${step.command === null ? null : html`<code class="command">${step.command}</code>`}
          </li>`,
      )}
    </ol>
    ${
      plan.avoid.length === 0
        ? null
        : html`<h3>Rather not</h3>
            <ul class="avoid">
              ${plan.avoid.map((line) => html`<li>${line}</li>`)}
            </ul>`
    }
    <p class="muted small">From the runbook of this fault class. Nothing is executed.</p>
  </section>`;
}

function timelineEntry(entry: TimelineEntryView, openedAtMs: number): Html {
  const kind = entry.kind.replaceAll('_', ' ');
  const own = entry.kind === 'commented' ? ' said' : '';
  return html`<li id="entry-${entry.id}" class="entry${own}">
    <div class="entry-head">
      <strong>${entry.actor}</strong> <span class="tag">${kind}</span>
      <span class="when"
        >${clockTime(entry.atMs)}
        <span class="muted">+${durationText(entry.atMs - openedAtMs)}</span></span
      >
    </div>
    <p>${entry.text}</p>
  </li>`;
}

/** Newest first: what happened last is what the reader came for. */
export function timelineSection(view: IncidentDetailView): Html {
  return html`<section class="card" aria-labelledby="timeline-title">
    <h2 id="timeline-title">Timeline</h2>
    <div id="timeline" data-live role="log" aria-labelledby="timeline-title" tabindex="0">
      <ol class="timeline" id="timeline-entries">
        ${view.timeline
          .slice(-SHOWN_ENTRIES)
          .toReversed()
          .map((entry) => timelineEntry(entry, view.openedAtMs))}
      </ol>
    </div>
    ${leftOut(view.timeline.length - SHOWN_ENTRIES, 'older line', view.id)}
  </section>`;
}

/** The figures in the head of the page. */
export function factsBar(view: IncidentDetailView, context: PageContext): Html {
  const { nowMs } = context;
  const { acknowledged } = view;
  const endMs = view.resolvedAtMs ?? view.mergedInto?.atMs ?? null;
  return html`<div class="facts" id="facts" data-live>
    <dl>
      <div>
        <dt>Target</dt>
        <dd>${targetText(view.target)}</dd>
      </div>
      <div>
        <dt>Reported</dt>
        <dd>
          ${relativeTime(view.openedAtMs, nowMs)}<span class="block muted"
            >${absoluteTime(view.openedAtMs)}</span
          >
        </dd>
      </div>
      <div>
        <dt>${endMs === null ? 'In trouble for' : 'Lasted'}</dt>
        <dd>
          ${endMs === null ? age(view.openedAtMs, nowMs) : durationText(endMs - view.openedAtMs)}
        </dd>
      </div>
      <div>
        <dt>Owner</dt>
        <dd>
          ${
            acknowledged === null
              ? html`<span class="nobody">Nobody yet</span>`
              : html`${acknowledged.by}<span class="block muted"
                    >acknowledged ${relativeTime(acknowledged.atMs, nowMs)}</span
                  >`
          }
        </dd>
      </div>
    </dl>
    ${acknowledgeForm(view, context)}
  </div>`;
}

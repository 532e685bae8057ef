import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { answerTitle, percentText, phaseTitle } from './wording.ts';
import type { DiagnosisBriefView, IncidentSummaryView } from './views.ts';

/** Severity by shape, word and colour, so that none of them is needed alone. */
export function severityBadge(severity: string): Html {
  if (severity === 'critical') {
    return html`<span class="badge critical"
      ><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
        <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" class="fill" />
        <path d="M8 4.2v4.6M8 11v1.2" class="cut" /></svg
      >Critical</span
    >`;
  }
  if (severity === 'warning') {
    return html`<span class="badge warning"
      ><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
        <path d="M8 1.2 15.4 14.6H.6z" class="fill" />
        <path d="M8 5.8v4M8 11.6v1.2" class="cut" /></svg
      >Warning</span
    >`;
  }
  return html`<span class="badge neutral">${severity}</span>`;
}

export function phaseBadge(incident: IncidentSummaryView): Html {
  const { phase, timesReopened, mergedInto } = incident;
  if (mergedInto !== null) {
    const where = `into ${mergedInto.incidentId}`;
    return html`<span class="badge neutral" title="${where}">Merged</span>`;
  }
  const isOver = phase === 'resolved' || phase === 'closed';
  const isBack = phase === 'reported' && timesReopened > 0;
  return html`<span class="badge ${isOver ? 'good' : isBack ? 'warning' : 'neutral'}"
    >${phaseTitle(phase, timesReopened)}</span
  >`;
}

/** Says plainly when the alerts are gone but nobody has checked. */
export function recoveryBadge(incident: IncidentSummaryView): Html | null {
  if (incident.recovery === 'unconfirmed') {
    const [why = 'Alerts gone, but not proved yet that it is over'] = incident.unconfirmedBecause;
    return html`<span class="badge warning" title="${why}">Unconfirmed</span>`;
  }
  if (incident.recovery === 'confirmed') {
    return html`<span class="badge good" title="A fresh probe passed"
      ><span aria-hidden="true">✓</span> Confirmed</span
    >`;
  }
  return null;
}

const HELD_LABELS = {
  maintenance: 'In maintenance',
  hold_off: 'Pages wait',
  flapping: 'Flapping',
} as const;

/** Why people are not told now. */
export function heldBadges({ pagesHeld }: IncidentSummaryView): readonly Html[] {
  return pagesHeld.map(
    ({ reason, text }) =>
      html`<span class="badge neutral" title="${text}">${HELD_LABELS[reason]}</span>`,
  );
}

/** A bar from 0 to 1; the number is always written beside it. */
export function ratioBar(ratio: number): Html {
  const width = Math.round(Math.min(1, Math.max(0, ratio)) * 100);
  return html`<svg
    class="ratio-bar"
    viewBox="0 0 100 6"
    preserveAspectRatio="none"
    aria-hidden="true"
    focusable="false"
  >
    <rect class="track" width="100" height="6" rx="3" />
    <rect class="level" width="${width}" height="6" rx="3" />
  </svg>`;
}

export function diagnosisBrief(diagnosis: DiagnosisBriefView | null): Html {
  if (diagnosis === null) return html`<span class="muted">Not diagnosed yet</span>`;
  const note = diagnosis.corrected
    ? html`<span class="muted">set by a person</span>`
    : diagnosis.probability !== null
      ? html`<span class="probability"
          >${ratioBar(diagnosis.probability)}<span
            >${percentText(diagnosis.probability)}</span
          ></span
        >`
      : null;
  return html`<span class="answer">${answerTitle(diagnosis.answer)}</span>${note}`;
}

/** A link out, only to http and https; nothing for any other scheme. */
export function outsideLink(url: string | null, label: string): Html | null {
  if (url === null || !/^https?:\/\//i.test(url)) return null;
  return html`<a href="${url}" rel="noopener noreferrer" target="_blank">${label}</a>`;
}

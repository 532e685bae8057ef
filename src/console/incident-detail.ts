import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { heldBadges, phaseBadge, recoveryBadge, severityBadge } from './badges.ts';
import { diagnosisSection } from './diagnosis-section.ts';
import { actionsSection } from './incident-actions.ts';
import { groupingSection, mergedBanner } from './incident-grouping.ts';
import {
  alertsSection,
  factsBar,
  phaseRail,
  stepsSection,
  timelineSection,
  verificationSection,
} from './incident-sections.ts';
import { incidentParagraph } from './incident-summary.ts';
import { page } from './layout.ts';
import { absoluteTime } from './wording.ts';
import type { IncidentDetailView, IncidentSummaryView, PageContext } from './views.ts';

function compactionBanner({ compacted }: IncidentDetailView): Html | null {
  if (compacted === null) return null;
  const why = compacted.rule === 'erasure' ? 'was erased on request' : 'was compacted';
  return html`<p class="banner plain" id="compaction">
    It ${why} on ${absoluteTime(compacted.atMs)}: its texts were forgotten, only its figures are
    left, and nothing can be done about it any more.
  </p>`;
}

/** Everything about one incident on one page, the most urgent first; `others` are those that it may be merged into. */
export function incidentDetailPage(
  view: IncidentDetailView,
  context: PageContext,
  others: readonly IncidentSummaryView[] = [],
): string {
  const { nowMs } = context;
  const address = `/incidents/${encodeURIComponent(view.id)}`;
  const body = html`<nav class="crumbs" aria-label="Breadcrumb">
      <a href="/">Incidents</a> <span aria-hidden="true">›</span>
      <span class="mono">${view.id}</span>
    </nav>
    <div class="head" id="incident-head" data-live>
      <h1>${view.title}</h1>
      <p class="badges">
        ${severityBadge(view.severity)} ${phaseBadge(view)} ${recoveryBadge(view)}
        ${heldBadges(view)}
      </p>
    </div>
    ${mergedBanner(view, context)} ${phaseRail(view)}
    <p class="lead" id="paragraph" data-live>${incidentParagraph(view, nowMs)}</p>
    ${compactionBanner(view)} ${factsBar(view, context)}
    <div class="detail">
      <div class="main-column">
        ${diagnosisSection(view)} ${stepsSection(view)} ${alertsSection(view, nowMs)}
        ${timelineSection(view)}
      </div>
      <div class="side-column">
        ${view.compacted === null ? actionsSection(view, context) : null}
        ${view.compacted === null ? groupingSection(view, context, others) : null}
        ${verificationSection(view, nowMs)}
        <section class="card" aria-labelledby="review-title">
          <h2 id="review-title">Review</h2>
          <p>
            <a href="${address}/review">Read the review</a> ·
            <a href="${address}/review.md">as Markdown</a>
          </p>
          <p class="muted small">
            Timeline, times to detect, acknowledge and recover, causes and evidence.
          </p>
        </section>
      </div>
    </div>`;
  return page(
    {
      title: view.title,
      section: 'incidents',
      liveUrl: `/events?incident=${encodeURIComponent(view.id)}`,
      liveMode: 'page',
    },
    context,
    body,
  );
}

import { html } from '../std/std.ts';
import type { Html, Problem } from '../std/std.ts';
import { formToken, page } from './layout.ts';
import { plainTable } from './plain-table.ts';
import type { PageContext } from './views.ts';
import { countText, relativeTime } from './wording.ts';

export type QuarantineStatusView = 'kept' | 'replayed' | 'discarded';

/** A delivery of alerts that could not be read, or not wholly. */
export type QuarantineEntryView = {
  readonly id: number;
  readonly sender: string;
  readonly kind: string;
  /** The Content-Encoding, empty for none. */
  readonly encoding: string;
  readonly status: QuarantineStatusView;
  readonly receivedAtMs: number;
  readonly lastReceivedAtMs: number;
  /** How often the same bytes came. */
  readonly copies: number;
  readonly bytes: number;
  readonly problems: readonly Problem[];
  readonly decidedAtMs: number | null;
  readonly decidedBy: string | null;
  readonly note: string | null;
};

export type QuarantineDetailView = QuarantineEntryView & {
  /** The beginning of the body; null when it came compressed. */
  readonly text: string | null;
  readonly isCut: boolean;
};

export type QuarantineListView = {
  readonly entries: readonly QuarantineEntryView[];
  /** The filter; undefined is all. */
  readonly status?: QuarantineStatusView;
  readonly nextBefore: number | null;
};

export const QUARANTINE_STATUS_LABELS: Readonly<Record<QuarantineStatusView, string>> = {
  kept: 'Kept',
  replayed: 'Replayed',
  discarded: 'Discarded',
};

const STATUS_TONES = { kept: 'warning', replayed: 'good', discarded: 'plain' } as const;

function statusBadge(status: QuarantineStatusView): Html {
  return html`<span class="badge ${STATUS_TONES[status]}"
    >${QUARANTINE_STATUS_LABELS[status]}</span
  >`;
}

function problemText({ place, message }: Problem): string {
  return place === '' ? message : `${place}: ${message}`;
}

function row(entry: QuarantineEntryView, nowMs: number): Html {
  const [first] = entry.problems;
  const others = entry.problems.length - 1;
  return html`<tr>
    <td><a href="/quarantine/${entry.id}">Delivery ${entry.id}</a></td>
    <td>${relativeTime(entry.lastReceivedAtMs, nowMs)}</td>
    <th scope="row">${entry.sender}</th>
    <td>${entry.kind}</td>
    <td>
      ${first === undefined ? 'readable by now' : problemText(first)}
      ${others > 0 ? html`<span class="block muted">and ${others} more</span>` : null}
    </td>
    <td class="number">${entry.copies}</td>
    <td class="number">${entry.bytes}</td>
    <td>${statusBadge(entry.status)}</td>
  </tr>`;
}

export function quarantineUrl(status?: QuarantineStatusView, before?: number): string {
  const query = new URLSearchParams();
  if (status !== 'kept') query.set('status', status ?? 'all');
  if (before !== undefined) query.set('before', String(before));
  const text = query.toString();
  return text === '' ? '/quarantine' : `/quarantine?${text}`;
}

function filters({ status }: QuarantineListView): Html {
  const choices = [...(['kept', 'replayed', 'discarded'] as const), undefined];
  return html`<nav aria-label="Filter">
    ${choices.map((choice) => {
      const label = choice === undefined ? 'All' : QUARANTINE_STATUS_LABELS[choice];
      const current = choice === status ? html` aria-current="page"` : null;
      return html`<a href="${quarantineUrl(choice)}" ${current}>${label}</a> `;
    })}
  </nav>`;
}

function table(view: QuarantineListView, nowMs: number): Html {
  const heads = ['Delivery', 'Came', 'Sender', 'Kind', 'Problem', 'Copies', 'Bytes', 'Status'];
  if (view.entries.length === 0) return html`<p>Nothing is here: every delivery could be read.</p>`;
  return plainTable(
    'Table of deliveries',
    heads,
    view.entries.map((entry) => row(entry, nowMs)),
  );
}

function replayAllForm(view: QuarantineListView, context: PageContext): Html | null {
  if (view.status !== 'kept' || view.entries.length === 0) return null;
  return html`<form method="post" action="/quarantine/replay">
    ${formToken(context)}
    <button type="submit">Try to read all of them again</button>
  </form>`;
}

/** Deliveries that could not be read: what came, from whom, and what is wrong with it. */
export function quarantineListPage(view: QuarantineListView, context: PageContext): string {
  const body = html`<div class="head"><h1>Quarantine of deliveries</h1></div>
    <p class="lead">
      Deliveries of alerts that could not be read, or not wholly: only what could be read got in.
      Mend the sender, or try again after an update of crmwatch.
    </p>
    <div class="choices">${filters(view)} ${replayAllForm(view, context)}</div>
    <section class="card" aria-label="Deliveries">${table(view, context.nowMs)}</section>
    ${
      view.nextBefore === null
        ? null
        : html`<p class="more">
            <a class="button" href="${quarantineUrl(view.status, view.nextBefore)}"
              >Older deliveries</a
            >
          </p>`
    }`;
  return page({ title: 'Quarantine', section: 'quarantine' }, context, body);
}

function problemList(problems: readonly Problem[]): Html {
  if (problems.length === 0) return html`<p>None: the delivery is readable by now.</p>`;
  return html`<ul>
    ${problems.map(
      (problem) =>
        html`<li>${problemText(problem)} <span class="muted">${problem.remedy}</span></li>`,
    )}
  </ul>`;
}

function rawBody(view: QuarantineDetailView): Html {
  const download = html`<a class="button" href="/quarantine/${view.id}/body" download
    >Download all ${view.bytes} bytes</a
  >`;
  const cut = view.isCut ? html`<p class="muted">Only its beginning is shown.</p>` : null;
  const shown =
    view.text === null
      ? html`<p>It came compressed by ${view.encoding} and is not shown.</p>`
      : html`<div class="scroll" tabindex="0" role="region" aria-label="Raw body">
          <pre>${view.text}</pre>
        </div>`;
  return html`<section class="card delivery" aria-label="What came">
    <h2>What came</h2>
    ${shown} ${cut}
    <p>${download}</p>
  </section>`;
}

function decisionForms(view: QuarantineDetailView, context: PageContext): Html {
  return html`<section class="card delivery" aria-label="Decision">
    <h2>What shall become of it?</h2>
    <form method="post" action="/quarantine/${view.id}/replay">
      ${formToken(context)}
      <button class="primary" type="submit">Try to read it again</button>
    </form>
    <form method="post" action="/quarantine/${view.id}/discard">
      ${formToken(context)}
      <label for="discard-reason">Or discard it, because</label>
      <input id="discard-reason" name="text" maxlength="2000" required />
      <button type="submit">Discard</button>
    </form>
  </section>`;
}

function decision(view: QuarantineDetailView, nowMs: number): Html {
  const { decidedAtMs, decidedBy, note } = view;
  const when = decidedAtMs === null ? null : relativeTime(decidedAtMs, nowMs);
  return html`<p>
    ${statusBadge(view.status)} by ${decidedBy ?? 'somebody'} ${when}
    ${note === null || note === '' ? null : html`: ${note}`}
  </p>`;
}

/** One delivery, with its raw body as text that does nothing. */
export function quarantineEntryPage(view: QuarantineDetailView, context: PageContext): string {
  const { nowMs } = context;
  const title = `Delivery ${view.id}`;
  const again =
    view.copies > 1 ? html`, the last time ${relativeTime(view.lastReceivedAtMs, nowMs)}` : null;
  const body = html`<nav class="crumbs" aria-label="Breadcrumb">
      <a href="/quarantine">Quarantine</a> <span aria-hidden="true">›</span> <span>${title}</span>
    </nav>
    <div class="head"><h1>${title} from ${view.sender}</h1></div>
    <p class="lead">
      Sent as ${view.kind}, came ${relativeTime(view.receivedAtMs, nowMs)},
      ${countText(view.copies, 'time')}${again}.
    </p>
    <section class="card delivery" aria-label="Problems">
      <h2>What is wrong with it</h2>
      ${problemList(view.problems)}
    </section>
    ${rawBody(view)}
    ${view.status === 'kept' ? decisionForms(view, context) : decision(view, nowMs)}`;
  return page({ title, section: 'quarantine' }, context, body);
}

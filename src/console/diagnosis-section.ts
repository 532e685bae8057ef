import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { outsideLink, ratioBar } from './badges.ts';
import type {
  DiagnosisView,
  ExplanationTermView,
  IncidentDetailView,
  RankedAnswerView,
} from './views.ts';
import { absoluteTime, countText, answerDescription, answerTitle, percentText } from './wording.ts';

const SHOWN_TERMS = 8;

function termText(contribution: number): string {
  const sign = contribution < 0 ? '−' : '+';
  return `${sign}${Math.abs(contribution).toFixed(2)}`;
}

/** A bar to the right of the middle speaks for the answer, to the left against it. */
function termBar(contribution: number, largest: number): Html {
  const width = largest === 0 ? 0 : (Math.abs(contribution) / largest) * 50;
  const x = contribution < 0 ? 50 - width : 50;
  return html`<svg
    class="term-bar"
    viewBox="0 0 100 10"
    preserveAspectRatio="none"
    aria-hidden="true"
    focusable="false"
  >
    <rect class="track" width="100" height="10" />
    <rect
      class="${contribution < 0 ? 'against' : 'for'}"
      x="${x.toFixed(2)}"
      width="${width.toFixed(2)}"
      height="10"
    />
    <rect class="axis" x="49.75" width="0.5" height="10" />
  </svg>`;
}

type Explained = {
  readonly terms: readonly ExplanationTermView[];
  readonly question: string;
  /** What a bar to the right, and one to the left, speak for. */
  readonly caption: string;
};

function explanation({ terms, question, caption }: Explained): Html {
  const finite = terms.filter((term) => Number.isFinite(term.contribution));
  const sorted = finite.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const shown = sorted.slice(0, SHOWN_TERMS);
  const largest = Math.abs(shown[0]?.contribution ?? 0);
  const left = sorted.length - shown.length;
  return html`<h3>${question}</h3>
    <table class="terms">
      <caption>
        Each bar is the weight of one observation, in log-odds: ${caption}.
      </caption>
      <thead>
        <tr>
          <th scope="col">Observation</th>
          <th scope="col" colspan="2">Weight</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (term) =>
            html`<tr>
              <th scope="row">${term.text} ${outsideLink(term.link, 'Look')}</th>
              <td class="bar-cell">${termBar(term.contribution, largest)}</td>
              <td class="number">${termText(term.contribution)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${left > 0 ? html`<p class="muted small">${countText(left, 'smaller term')} not shown.</p>` : null}`;
}

function alternatives(diagnosis: DiagnosisView): Html | null {
  if (diagnosis.alternatives.length === 0) return null;
  return html`<h3>Other candidates</h3>
    <ul class="candidates">
      ${diagnosis.alternatives.map(
        (other) =>
          html`<li>
            <span>${answerTitle(other.answer)}</span>${ratioBar(other.probability)}<span
              class="number"
              >${percentText(other.probability)}</span
            >
          </li>`,
      )}
    </ul>`;
}

function suspects(diagnosis: DiagnosisView): Html {
  if (diagnosis.suspects.length === 0) {
    return html`<h3>Suspected component</h3>
      <p>None stands out from the evidence.</p>`;
  }
  return html`<h3>Suspected component</h3>
    <ol class="suspects">
      ${diagnosis.suspects.map(
        (suspect) =>
          html`<li>
            <strong>${suspect.component}</strong>
            <br /><span class="muted">${suspect.why}</span>
          </li>`,
      )}
    </ol>`;
}

function evidenceList(diagnosis: DiagnosisView): Html | null {
  if (diagnosis.evidence.length === 0) return null;
  return html`<details class="evidence" id="evidence">
    <summary>Evidence: ${countText(diagnosis.evidence.length, 'observation')}</summary>
    <ul>
      ${diagnosis.evidence.map((line) => html`<li>${line}</li>`)}
    </ul>
  </details>`;
}

function verdict({ answer, probability }: RankedAnswerView): Html {
  return html`<p class="verdict">
    <strong>${answerTitle(answer)}</strong>
    <span class="probability"
      >${ratioBar(probability)}<span>${percentText(probability)}</span></span
    >
  </p>`;
}

function headline(view: IncidentDetailView, diagnosis: DiagnosisView | null): Html {
  if (view.correction !== null) {
    const { answer, by, atMs } = view.correction;
    const said =
      diagnosis === null
        ? null
        : html` The model had said: ${answerTitle(diagnosis.answer)}
          (${percentText(diagnosis.probability)}).`;
    return html`<p class="verdict"><strong>${answerTitle(answer)}</strong></p>
      <p>
        Set by ${by} at ${absoluteTime(atMs)}.${said} The correction is kept as a label for
        training.
      </p>`;
  }
  if (diagnosis === null) {
    return html`<p>
      Not diagnosed yet: evidence is being gathered from Prometheus and the alerts.
    </p>`;
  }
  return html`${verdict(diagnosis)}
    <p class="muted">${diagnosis.whyUnknown ?? answerDescription(diagnosis.answer)}</p>
    ${
      diagnosis.also.length === 0
        ? null
        : html`<p>And at the same time:</p>
            ${diagnosis.also.map(
              (other) =>
                html`${verdict(other)}
                  <p class="muted">${answerDescription(other.answer)}</p>`,
            )}`
    }`;
}

/** What the likeliest class has that the next one has not. */
function rivalExplanation({ rival }: DiagnosisView): Html | null {
  if (rival === null || rival.terms.length === 0) return null;
  const title = answerTitle(rival.answer);
  return html`<details class="evidence" id="rival">
    <summary>Why not: ${title}</summary>
    ${explanation({
      terms: rival.terms,
      question: `Rather than: ${title}`,
      caption: `to the right it speaks for the likeliest class, to the left for "${title}"`,
    })}
  </details>`;
}

function challengerLine({ challenger }: DiagnosisView): Html | null {
  if (challenger === null) return null;
  const { model, answer } = challenger;
  return html`Model ${model}, which is tried in its shadow, would have said: ${answerTitle(answer)}.`;
}

/** The answer, how sure it is, what else it could be, and the terms that made it. */
export function diagnosisSection(view: IncidentDetailView): Html {
  const diagnosis = view.modelDiagnosis;
  const question =
    view.correction === null || diagnosis === null
      ? 'Why this answer'
      : `Why the model said: ${answerTitle(diagnosis.answer)}`;
  return html`<section
    class="card diagnosis-card"
    id="diagnosis"
    data-live
    aria-labelledby="diagnosis-title"
  >
    <h2 id="diagnosis-title">Diagnosis</h2>
    ${headline(view, diagnosis)}
    ${
      diagnosis === null
        ? null
        : html` <div class="columns">
              <div>${suspects(diagnosis)}</div>
              <div>${alternatives(diagnosis)}</div>
            </div>
            ${
              diagnosis.terms.length === 0
                ? null
                : explanation({
                    terms: diagnosis.terms,
                    question,
                    caption: 'to the right it speaks for the answer, to the left against it',
                  })
            }
            ${rivalExplanation(diagnosis)} ${evidenceList(diagnosis)}
            <p class="muted small">
              Model
              ${diagnosis.model}${diagnosis.madeAtMs === null ? null : html`, judged at ${absoluteTime(diagnosis.madeAtMs)}`}.
              ${challengerLine(diagnosis)}
            </p>`
    }
  </section>`;
}

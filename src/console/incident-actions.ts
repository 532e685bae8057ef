import { FAULT_CLASS_NAMES, NO_FAULT } from '../catalog/catalog.ts';
import type { DiagnosisClass } from '../catalog/catalog.ts';
import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { formAddress, mayAct } from './form-parts.ts';
import { formToken } from './layout.ts';
import type { IncidentDetailView, PageContext } from './views.ts';
import { answerTitle } from './wording.ts';

export const MAXIMUM_COMMENT_LENGTH = 4000;

/** What a person may say the cause was; a false alarm is an answer too. */
export const CORRECTION_ANSWERS: readonly DiagnosisClass[] = [...FAULT_CLASS_NAMES, NO_FAULT];

/** Beside the owner, at the top of the page: the first thing to do at night. */
export function acknowledgeForm(view: IncidentDetailView, context: PageContext): Html | null {
  const isOver = view.phase === 'closed' || view.compacted !== null;
  if (view.acknowledged !== null || isOver || !mayAct(context)) return null;
  return html`<form
    id="acknowledge-form"
    method="post"
    action="${formAddress(view.id, 'acknowledge')}"
  >
    ${formToken(context)}
    <button class="primary" type="submit">Acknowledge</button>
    <p class="muted small">Silences nothing.</p>
  </form>`;
}

function commentForm(view: IncidentDetailView, context: PageContext): Html {
  return html`<form id="comment-form" method="post" action="${formAddress(view.id, 'comment')}">
    ${formToken(context)}
    <label for="comment-text">Comment for the timeline</label>
    <textarea
      id="comment-text"
      name="text"
      rows="3"
      required
      maxlength="${MAXIMUM_COMMENT_LENGTH}"
    ></textarea>
    <button type="submit">Add comment</button>
  </form>`;
}

function correctionForm(view: IncidentDetailView, context: PageContext): Html {
  const chosen = view.correction?.answer ?? view.modelDiagnosis?.answer;
  return html`<form
    id="correction-form"
    method="post"
    action="${formAddress(view.id, 'diagnosis')}"
  >
    ${formToken(context)}
    <label for="correction-answer">The cause really is</label>
    <select id="correction-answer" name="answer" required>
      <option value="">Choose…</option>
      ${CORRECTION_ANSWERS.map(
        (answer) =>
          html`<option value="${answer}" ${answer === chosen ? html` selected` : null}>
            ${answerTitle(answer)}
          </option>`,
      )}
    </select>
    <button type="submit">Correct the diagnosis</button>
  </form>`;
}

function closeForm(view: IncidentDetailView, context: PageContext): Html | null {
  if (view.phase === 'closed') return null;
  const unsafe = view.recovery !== 'confirmed';
  return html`<form id="close-form" method="post" action="${formAddress(view.id, 'close')}">
    ${formToken(context)}
    ${
      unsafe
        ? html`<p class="warning-text">
            <span aria-hidden="true">⚠</span> Recovery is not confirmed. Close it only if you know
            why.
          </p>`
        : null
    }
    <label for="close-text">Closing note <span class="muted">(optional)</span></label>
    <input id="close-text" name="text" maxlength="${MAXIMUM_COMMENT_LENGTH}" />
    <button type="submit">Close the incident</button>
  </form>`;
}

/** The forms of the detail page; each works without script, as a POST that is answered with a redirect back. */
export function actionsSection(view: IncidentDetailView, context: PageContext): Html {
  return html`<section class="card actions" id="actions" data-live aria-labelledby="actions-title">
    <h2 id="actions-title">Act</h2>
    ${
      mayAct(context)
        ? [commentForm(view, context), correctionForm(view, context), closeForm(view, context)]
        : html`<p id="read-only">
            You have the role <strong>${context.role}</strong>: you may read everything here, but to
            change anything takes the role <strong>responder</strong>.
          </p>`
    }
  </section>`;
}

import type { IncidentDetailView, RegroupingView } from './views.ts';
import { answerTitle, countText, durationText, percentText } from './wording.ts';

function alertsSentence(view: IncidentDetailView): string {
  const firing = view.alerts.filter((alert) => alert.status === 'firing');
  if (firing.length === 0) {
    return `All of its ${countText(view.totalAlerts, 'alert')} stopped firing.`;
  }
  const names = [...new Set(firing.map((alert) => alert.name))];
  const shown = names.slice(0, 3).join(', ');
  const rest = names.length > 3 ? ` and ${names.length - 3} more` : '';
  const verb = firing.length === 1 ? 'fires' : 'fire';
  return `${countText(firing.length, 'alert')} ${verb}: ${shown}${rest}.`;
}

function diagnosisSentence(view: IncidentDetailView): string {
  if (view.correction !== null) {
    return `${view.correction.by} says the cause is: ${answerTitle(view.correction.answer)}.`;
  }
  const model = view.modelDiagnosis;
  if (model === null) return 'It has not been diagnosed yet.';
  if (model.answer === 'unknown') return 'The diagnosis does not know the cause.';
  const where = view.component === null ? '' : `, most likely in ${view.component}`;
  return `The diagnosis is ${answerTitle(model.answer)} (${percentText(model.probability)})${where}.`;
}

function recoverySentence(view: IncidentDetailView): string {
  if (view.recovery === 'confirmed') return 'A fresh run of the probes that failed has passed.';
  if (view.recovery === 'unconfirmed') {
    const doubts = view.unconfirmedBecause.map((why) => ` ${why}.`).join('');
    return `Recovery is unconfirmed: it is not proved yet that the trouble is over.${doubts}`;
  }
  const failed = view.verifications.find(
    ({ outcome, probe }) => outcome === 'failed' && probe !== null,
  );
  return failed === undefined ? '' : `A fresh run of ${failed.probe} still fails.`;
}

function mergedParagraph({ incidentId, title, by, why }: RegroupingView): string {
  const reason = why === '' ? '' : ` The reason: ${why}`;
  return `${by} merged it into ${incidentId} (${title}), where its alerts go on.${reason}`;
}

/** What is known, in one paragraph that can be read aloud to somebody on the phone. */
export function incidentParagraph(view: IncidentDetailView, nowMs: number): string {
  if (view.mergedInto !== null) return mergedParagraph(view.mergedInto);
  const about = view.target ?? 'The monitoring itself';
  const end = view.resolvedAtMs;
  const lasted = durationText((end ?? nowMs) - view.openedAtMs);
  const trouble =
    end === null
      ? `${about} has been in trouble for ${lasted}.`
      : `${about} was in trouble for ${lasted}.`;
  const reopened =
    view.timesReopened > 0 ? `It came back ${countText(view.timesReopened, 'time')}.` : '';
  const owner =
    view.acknowledged === null
      ? 'Nobody has acknowledged it.'
      : `${view.acknowledged.by} has acknowledged it.`;
  return [
    trouble,
    reopened,
    alertsSentence(view),
    diagnosisSentence(view),
    recoverySentence(view),
    ...view.pagesHeld.map(({ text }) => `${text}.`),
    owner,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

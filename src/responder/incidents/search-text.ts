import { describeAnswer } from './describe-event.ts';
import type { Incident } from './incident.ts';

const MAXIMUM_LENGTH = 2000;

/** What a text of the search box is looked for in, in lower case; the columns of the list and the alerts' names. */
export function searchTextOf(incident: Incident): string {
  const { id, target, title, correctedClass, diagnosis, component, alerts } = incident;
  const answer = correctedClass ?? diagnosis?.answer ?? null;
  const words = [
    id,
    target ?? '',
    title,
    ...(answer === null ? [] : [answer, describeAnswer(answer)]),
    component?.name ?? '',
    ...new Set(alerts.map(({ name }) => name)),
  ];
  return words.join(' ').toLowerCase().slice(0, MAXIMUM_LENGTH);
}

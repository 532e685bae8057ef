import type { Incident, IncidentAlert } from './incident.ts';

/** Each alert of an incident may carry it. */
const MAXIMUM_WHY = 200;

/** Why an alert is part of an incident, to be read after "because". */
export function describeMembership(
  { merged = [] }: Pick<Incident, 'merged'>,
  { because, from, labels, name }: IncidentAlert,
): string {
  const target = labels['target'] ?? '';
  const byScope = target === '' ? `it is named ${name}` : `it is about ${target}`;
  const merge = merged.find(({ incidentId }) => incidentId === from);
  if (merge === undefined) return because ?? byScope;
  const { actor, incidentId, why } = merge;
  const merging = `${actor} merged ${incidentId} into this incident${afterColon(why)}`;
  return because === undefined ? merging : `${because}; ${merging}`;
}

/** What a person wrote, after what was done, cut so that a thousand alerts can carry it. */
export function afterColon(why: string): string {
  const text = why.length > MAXIMUM_WHY ? `${why.slice(0, MAXIMUM_WHY)}…` : why;
  return text === '' ? '' : `: ${text}`;
}

import type { IncidentAlert } from './incident.ts';

/** What an incident is called after its first alert. */
export function titleOf(
  { annotations, name }: Pick<IncidentAlert, 'annotations' | 'name'>,
  target: string | null,
): string {
  return annotations['summary'] ?? (target === null ? name : `${name} on ${target}`);
}

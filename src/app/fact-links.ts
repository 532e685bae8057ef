import type { FeatureLink } from '../responder/diagnosis/diagnosis.ts';
import { selector } from '../responder/evidence/evidence.ts';
import type { Evidence } from '../responder/evidence/evidence.ts';

const RANGE = '2h';

/**
 * The address at which Prometheus shows the series behind a fact, around the time at which the evidence was captured.
 * @returns undefined for facts about several series, which the incident itself shows.
 */
export function linkOfFact(
  link: FeatureLink,
  { target, capturedAtMs }: Pick<Evidence, 'target' | 'capturedAtMs'>,
  prometheusUrl: string,
): string | undefined {
  const expression = expressionOf(link, target);
  if (expression === undefined) return undefined;
  const end = new Date(capturedAtMs).toISOString().slice(0, 19).replace('T', ' ');
  const query = new URLSearchParams({
    'g0.expr': expression,
    'g0.tab': '0',
    'g0.range_input': RANGE,
    'g0.end_input': end,
    'g0.moment_input': end,
  });
  return `${prometheusUrl.replace(/\/+$/, '')}/graph?${query.toString()}`;
}

function expressionOf(link: FeatureLink, target: string): string | undefined {
  switch (link.kind) {
    case 'alert':
      return selector('ALERTS', { alertname: link.name, target });
    case 'metric':
      return selector(link.name, { target, ...link.labels });
    case 'probe':
      return selector('crm_probe_success', { target, probe: link.name });
    default:
      return undefined;
  }
}

import { DASHBOARD_UIDS } from '../catalog/catalog.ts';
import type { AlertDefinition, AlertName } from '../catalog/catalog.ts';

/** Where the pages of docs/runbooks/ can be read; the one place to change it. */
export const RUNBOOK_BASE_URL =
  'https://github.com/crmwatch/crmwatch/blob/main/docs/runbooks' as const;

/**
 * Asks Prometheus for the reason while the alert is sent. As a label the reason would be part of the alert's
 * identity, and a CRM that goes from `timeout` to `tcp` would look like one alert resolved and another fired.
 */
export const REASON_TEMPLATE: string = [
  '{{ $query := printf "count by (reason) (crm_probe_failure_reason{target=%q,probe=%q} == 1)"',
  ' $labels.target $labels.probe }}',
  '{{ range $index, $sample := query $query | sortByLabel "reason" }}{{ if $index }}, {{ end }}{{ $sample.Labels.reason }}',
  '{{ else }}unknown{{ end }}',
].join('');

/** The texts of an alert. Links to dashboards are paths: every installation has its own Grafana. */
export function alertAnnotations(
  name: AlertName,
  definition: AlertDefinition,
): Readonly<Record<string, string>> {
  const isProbeFailure = definition.condition.kind === 'probe_failed';
  return {
    summary: definition.summary,
    description: isProbeFailure
      ? `${definition.description} Reason: ${REASON_TEMPLATE}.`
      : definition.description,
    ...(isProbeFailure ? { reason: REASON_TEMPLATE } : {}),
    runbook_url: runbookUrl(name),
    dashboard_url: dashboardUrl(definition),
  };
}

export function runbookUrl(name: AlertName): string {
  return `${RUNBOOK_BASE_URL}/${name}.md`;
}

function dashboardUrl(definition: AlertDefinition): string {
  if (definition.summary.includes('$labels.target')) {
    return `/d/${DASHBOARD_UIDS.target}?var-target={{ $labels.target | urlquery }}`;
  }
  return `/d/${DASHBOARD_UIDS.responder}`;
}

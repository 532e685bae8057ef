/** The jobs under which Prometheus scrapes the two halves; rules and dashboards select by them. */
export const SCRAPE_JOBS = {
  exporter: 'crmwatch-exporter',
  responder: 'crmwatch-responder',
} as const;

/** The stable ids of the dashboards, so that alerts can link to them. */
export const DASHBOARD_UIDS = {
  fleet: 'crmwatch-fleet',
  target: 'crmwatch-target',
  responder: 'crmwatch-responder',
} as const;

/** The alert that the responder makes itself when the watchdog stays away; no rule can tell it. */
export const PIPE_ALERT = 'CrmPipeDead';

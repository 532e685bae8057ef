import { DASHBOARDS } from './generate-dashboard-files.ts';

export type DashboardExpression = {
  readonly dashboard: string;
  readonly panel: string;
  /** PromQL without variables. */
  readonly expression: string;
  /** Why a healthy installation may have no data for it; null where it must have some. */
  readonly mayBeEmpty: string | null;
};

/** What stands for Grafana's variables. */
export type DashboardVariables = {
  readonly target: string;
  /** For $__rate_interval, such as "1m"; at least four scrape intervals. */
  readonly rateInterval: string;
};

/** Every expression of every dashboard as Prometheus can run it, so that a test can ask for data. */
export function listDashboardExpressions(
  variables: DashboardVariables,
): readonly DashboardExpression[] {
  return DASHBOARDS.flatMap((dashboard) =>
    dashboard.rows.flatMap((row) =>
      row.panels.flatMap((panel) =>
        panel.queries.map((query) => ({
          dashboard: dashboard.uid,
          panel: panel.title,
          expression: query.expression
            .replaceAll('$target', variables.target)
            .replaceAll('$__rate_interval', variables.rateInterval),
          mayBeEmpty: query.mayBeEmpty ?? null,
        })),
      ),
    ),
  );
}

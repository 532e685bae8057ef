import type { GeneratedFile } from '../rules/rules.ts';
import { buildDashboard } from './build-dashboard.ts';
import { FLEET } from './fleet.ts';
import type { DashboardSpec } from './panel-spec.ts';
import { RESPONDER } from './responder.ts';
import { TARGET } from './target.ts';

export const DASHBOARDS: readonly DashboardSpec[] = [FLEET, TARGET, RESPONDER];

/** Everything under grafana/: one JSON file per dashboard, named after its uid. */
export function generateDashboardFiles(): readonly GeneratedFile[] {
  return DASHBOARDS.map((spec) => ({
    path: `grafana/${spec.uid}.json`,
    text: buildDashboard(spec),
  }));
}

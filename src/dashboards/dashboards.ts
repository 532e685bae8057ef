export { DASHBOARDS, generateDashboardFiles } from './generate-dashboard-files.ts';
export { listDashboardExpressions } from './list-expressions.ts';
export type { DashboardExpression, DashboardVariables } from './list-expressions.ts';
export type { DashboardSpec, PanelSpec, PanelUnit, QuerySpec, RowSpec } from './panel-spec.ts';

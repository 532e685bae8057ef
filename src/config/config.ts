export { overrideAlertmanager, overridePrometheus } from './deployment.ts';
export type { AlertmanagerOverrides, PrometheusOverrides } from './deployment.ts';

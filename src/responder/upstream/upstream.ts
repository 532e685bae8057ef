export { createUpstream } from './look.ts';
export type { AlertmanagerServer, Upstream, UpstreamOptions } from './look.ts';
export type {
  AlertmanagerAnswer,
  AlertmanagerView,
  PrometheusAlert,
  PrometheusAnswer,
  RuleState,
  UpstreamAlert,
  UpstreamView,
} from './upstream-view.ts';

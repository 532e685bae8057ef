export { consoleAssetSources } from './asset-sources.ts';
export type { AssetSource } from './asset-sources.ts';
export { probeHistoryPage } from './exporter-history.ts';
export type { ProbeHistoryListView } from './exporter-history.ts';
export { exporterLandingPage } from './exporter-landing.ts';
export type { ExporterLandingView } from './exporter-landing.ts';
export { CORRECTION_ANSWERS, MAXIMUM_COMMENT_LENGTH } from './incident-actions.ts';
export { incidentDetailPage } from './incident-detail.ts';
export { MAXIMUM_REASON_LENGTH, isMergeable } from './incident-grouping.ts';
export { INCIDENT_STATE_FILTERS, incidentListPage, incidentListUrl } from './incident-list.ts';
export { renderMarkdown } from './markdown.ts';
export {
  MAINTENANCE_STATE_FILTERS,
  maintenanceListPage,
  maintenanceWindowPage,
} from './maintenance.ts';
export type {
  MaintenanceDetailView,
  MaintenanceEntryView,
  MaintenanceListView,
  MaintenanceStateFilter,
  MaintenanceWindowView,
} from './maintenance-views.ts';
export { quarantineEntryPage, quarantineListPage } from './quarantine.ts';
export type {
  QuarantineDetailView,
  QuarantineEntryView,
  QuarantineListView,
  QuarantineStatusView,
} from './quarantine.ts';
export { loginPage, messagePage, reviewPage } from './other-pages.ts';
export type { LoginView, MessageView } from './other-pages.ts';
export type {
  AlertView,
  CorrectionView,
  DiagnosisBriefView,
  DiagnosisView,
  ExplanationTermView,
  IncidentDetailView,
  IncidentFilter,
  HeldView,
  IncidentListView,
  IncidentPhase,
  IncidentStateFilter,
  IncidentSummaryView,
  LastReloadView,
  PageContext,
  PipeView,
  PlanView,
  ProbeHistoryView,
  ProbeStatusView,
  RankedAnswerView,
  RecoveryState,
  RegroupingView,
  Signature,
  StatisticsView,
  StepView,
  SuspectView,
  TargetStatusView,
  TimelineEntryView,
  VerificationView,
} from './views.ts';

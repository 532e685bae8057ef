export { correlate } from './correlate.ts';
export type { Correlation, CorrelationFacts } from './correlate.ts';
export { describeAnswer, describeEvent, describeNamed } from './describe-event.ts';
export { MAXIMUM_ALERTS, MAXIMUM_DETAILED } from './alert-book.ts';
export { LATE_DELIVERY_MS } from './alert-transitions.ts';
export { compactedEventOf } from './compact-incident.ts';
export type { CompactionOptions } from './compact-incident.ts';
export { EVENT_KINDS, RECONCILER_ACTOR, SYSTEM_ACTOR, actorOf, kindOf } from './incident-event.ts';
export type {
  Effect,
  EventKind,
  EventOf,
  ForgottenEvent,
  IncidentEvent,
  NamedAlert,
  Notice,
  ToldAlert,
} from './incident-event.ts';
export {
  countIncidents,
  countOpenDestinations,
  findIncident,
  findIncidents,
  findNewestOfScopes,
  findToCompact,
  forgetEntries,
  newestJournalId,
  readJournal,
  readJournalAfter,
  unknownIncident,
} from './incident-records.ts';
export type { IncidentCount, IncidentFilter } from './incident-records.ts';
export { appendEntries, saveSnapshots } from './incident-writes.ts';
export type { Happening } from './incident-writes.ts';
export { decideNotices, holdsOf, isPastHoldOff, isUntold } from './holds.ts';
export type { HoldReason, NoticeDecision } from './holds.ts';
export { INCIDENT_MIGRATIONS } from './incident-tables.ts';
export type { IncidentTables } from './incident-tables.ts';
export { PHASES, isDoubt, isFiring, isOpen } from './incident.ts';
export type {
  AlertIdentity,
  Compaction,
  Confirmation,
  DiagnosisReason,
  DiagnosisView,
  FlappingMark,
  ForgettingRule,
  HoldOff,
  Incident,
  IncidentAlert,
  MaintenanceMark,
  MergedFrom,
  MergedInto,
  Phase,
  RankedClass,
  Regrouping,
  RepairPlan,
  RepairStep,
  SuspectedComponent,
  UpstreamNote,
  Verification,
  VerificationCheck,
} from './incident.ts';
export { replay } from './journal.ts';
export type { JournalEntry } from './journal.ts';
export type { Outcome } from './outcome.ts';
export { formatDuration, renderReview } from './review.ts';
export { scopeOf } from './scope.ts';
export type { Scope } from './scope.ts';
export { timesOf } from './times.ts';
export type { IncidentTimes } from './times.ts';
export { NO_CORRELATION, chooseJoin, joinCandidates, labelKeys } from './join.ts';
export type { CorrelationRules, Join, JoinCandidate, JoinPlace } from './join.ts';
export { alertIdOf } from './alert-id.ts';
export { describeMembership } from './membership.ts';
export { planMerge, planUndoMerge } from './plan-merge.ts';
export type { RegroupPlan } from './plan-merge.ts';
export {
  MAXIMUM_CHOSEN,
  chooseAlerts,
  planSplit,
  scopeOfSplit,
  undoSplitProblem,
} from './plan-split.ts';
export { toldEventOf } from './told-event.ts';
export type { ToldEvent } from './told-event.ts';
export { transition } from './transition.ts';
export type { Forgotten } from './verify-forgotten.ts';
export { verifyJournal } from './verify-journal.ts';
export type { JournalProblem, JournalReport, VerifyOptions } from './verify-journal.ts';
export { WEEKDAYS, longestDurationMs, occurrenceAt } from './maintenance/schedule.ts';
export type {
  MaintenanceSchedule,
  MaintenanceTiming,
  Occurrence,
  Weekday,
} from './maintenance/schedule.ts';
export { describeWindowEvent } from './maintenance/window-event.ts';
export type { WindowDefinition, WindowEvent, WindowOutcome } from './maintenance/window-event.ts';
export { readWindowJournal } from './maintenance/window-journal.ts';
export type { WindowEntry } from './maintenance/window-journal.ts';
export {
  changeWindow,
  enterWindow,
  findInside,
  findOutcomes,
  findUnsettledWindows,
  findWindow,
  findWindows,
  leaveWindow,
  settleWindow,
} from './maintenance/window-records.ts';
export type { ListedWindow, WindowFilter } from './maintenance/window-records.ts';
export { MAINTENANCE_MIGRATIONS } from './maintenance/window-tables.ts';
export { isInForce, windowsOf } from './maintenance/window.ts';
export type { MaintenanceScope, MaintenanceWindow } from './maintenance/window.ts';
export { isTimezone, wallTimeToMs } from './maintenance/zoned-time.ts';
export type { WallTime } from './maintenance/zoned-time.ts';
export {
  DEFAULT_FLAPPING,
  NO_HISTORY,
  addChange,
  calmAtMs,
  flappingPercent,
  forgetAtMs,
  passTime,
} from './flapping/flapping-value.ts';
export type { FlappingHistory, FlappingSettings } from './flapping/flapping-value.ts';
export { stateChangesOf } from './flapping/state-changes.ts';
export type { StateChange } from './flapping/state-changes.ts';

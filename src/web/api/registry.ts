import type { Operation } from './operation.ts';
import {
  acknowledgeIncident,
  closeIncident,
  commentIncident,
  correctDiagnosis,
  reopenIncident,
} from './operations/change-incident.ts';
import {
  discardQuarantined,
  replayAllQuarantined,
  replayQuarantined,
} from './operations/decide-quarantine.ts';
import {
  createMaintenance,
  endMaintenance,
  moveMaintenance,
} from './operations/change-maintenance.ts';
import { getIncident } from './operations/get-incident.ts';
import { getOpenApi } from './operations/get-open-api.ts';
import { getReview } from './operations/get-review.ts';
import { getStatistics } from './operations/get-statistics.ts';
import { listIncidents } from './operations/list-incidents.ts';
import { listJournal } from './operations/list-journal.ts';
import {
  getQuarantined,
  getQuarantinedBody,
  listQuarantine,
} from './operations/read-quarantine.ts';
import {
  mergeIncident,
  splitIncident,
  undoMerge,
  undoSplit,
} from './operations/regroup-incident.ts';
import { getMaintenance, listMaintenance } from './operations/read-maintenance.ts';
import { streamEvents } from './operations/stream-events.ts';
import { createToken, listTokens, revokeToken } from './operations/tokens.ts';

/** The whole API, in the order of its document. A new operation is a file and a line here. */
export const OPERATIONS: readonly Operation[] = [
  listIncidents,
  getIncident,
  listJournal,
  getReview,
  acknowledgeIncident,
  commentIncident,
  correctDiagnosis,
  closeIncident,
  reopenIncident,
  mergeIncident,
  undoMerge,
  splitIncident,
  undoSplit,
  getStatistics,
  streamEvents,
  listMaintenance,
  createMaintenance,
  getMaintenance,
  moveMaintenance,
  endMaintenance,
  listQuarantine,
  // Before the deliveries: no number is called "replay".
  replayAllQuarantined,
  getQuarantined,
  getQuarantinedBody,
  replayQuarantined,
  discardQuarantined,
  listTokens,
  createToken,
  revokeToken,
  getOpenApi,
];

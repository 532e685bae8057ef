import type { AlertArea } from './alert-definition.ts';
import type { AlertName } from './alerts.ts';
import type { FailureReason } from './failure-reasons.ts';
import type { MeasurementName } from './measurements.ts';

/** What a fault of a class is usually seen by. None of it is certain: a weak fault shows less of it. */
export type ExpectedEvidence = {
  readonly alerts: readonly AlertName[];
  readonly reasons: readonly FailureReason[];
  readonly measurements: readonly MeasurementName[];
};

export type FaultClassDefinition = {
  readonly title: string;
  readonly description: string;
  readonly area: AlertArea;
  readonly evidence: ExpectedEvidence;
  /** How it differs from the classes that look like it; a sentence. */
  readonly distinction: string;
};

/** What can be wrong with a CRM, or with the watching of it: the classes of the diagnosis. Several may hold at once. */
export const FAULT_CLASSES: Readonly<Record<FaultClass, FaultClassDefinition>> = {
  service_outage: {
    title: 'Service outage',
    description: 'the CRM does not accept connections',
    area: 'performance',
    evidence: {
      alerts: ['CrmUnreachable', 'CrmLoginFailed', 'CrmProbeFailed', 'CrmVendorTrouble'],
      reasons: ['tcp'],
      measurements: ['crm_vendor_state'],
    },
    distinction:
      'Every connection is refused at once; when some get through or none is answered, it is the network.',
  },
  network: {
    title: 'Network trouble',
    description: 'the way to the CRM is slow, loses packets, cuts connections or leads nowhere',
    area: 'performance',
    evidence: {
      alerts: ['CrmApiSlow', 'CrmLoginSlow', 'CrmUnreachable', 'CrmLoginFailed', 'CrmProbeFailed'],
      reasons: ['timeout', 'tcp', 'tls'],
      measurements: ['crm_phase_duration_seconds', 'crm_api_latency_seconds'],
    },
    distinction:
      'The phases TCP and TLS suffer like the answer; under overload only the answer takes long.',
  },
  dns: {
    title: 'Name resolution',
    description: 'the host name of the CRM cannot be resolved, or only after long waiting',
    area: 'performance',
    evidence: {
      alerts: ['CrmUnreachable', 'CrmLoginFailed', 'CrmProbeFailed'],
      reasons: ['dns'],
      measurements: ['crm_phase_duration_seconds'],
    },
    distinction: 'No probe gets as far as a connection, and all of them say so.',
  },
  tls_certificate: {
    title: 'TLS certificate',
    description: 'the certificate has expired, is not trusted or belongs to another name',
    area: 'security',
    evidence: {
      alerts: ['CrmCertificateExpiring', 'CrmUnreachable', 'CrmLoginFailed', 'CrmProbeFailed'],
      reasons: ['certificate_expired', 'certificate_untrusted', 'tls'],
      measurements: ['crm_certificate_remaining_seconds'],
    },
    distinction: 'The connection is made and ends at the handshake, for each probe alike.',
  },
  authentication: {
    title: 'Credentials refused',
    description: 'the CRM no longer accepts the credentials of an integration',
    area: 'security',
    evidence: {
      alerts: ['CrmLoginFailed', 'CrmProbeFailed', 'CrmCredentialExpiring', 'CrmApiTokenOld'],
      reasons: ['authentication'],
      measurements: ['crm_credential_remaining_seconds'],
    },
    distinction: 'The identity itself is refused; without a right, only some calls are.',
  },
  authorization: {
    title: 'Permissions removed',
    description: 'the identity is accepted but may no longer read what it read before',
    area: 'security',
    evidence: {
      alerts: ['CrmProbeFailed'],
      reasons: ['authorization'],
      measurements: [],
    },
    distinction: 'The log-in works and some probes go on; the others are told that they may not.',
  },
  rate_limit_or_quota: {
    title: 'Rate limit or quota',
    description: 'the CRM refuses calls because there were too many of them in a time',
    area: 'performance',
    evidence: {
      alerts: ['CrmApiQuotaLow', 'CrmProbeFailed', 'CrmLoginFailed'],
      reasons: ['rate_limited', 'quota_exhausted'],
      measurements: ['crm_api_quota_used_ratio', 'crm_api_quota_remaining'],
    },
    distinction: 'The answers say 429 and when to come back; the CRM itself is well.',
  },
  server_error: {
    title: 'Errors of the CRM',
    description: 'the CRM answers some or all calls with an error of its own',
    area: 'performance',
    evidence: {
      alerts: ['CrmProbeFailed', 'CrmUnreachable', 'CrmLoginFailed'],
      reasons: ['server_error'],
      measurements: [],
    },
    distinction: 'The answers come at once and say 5xx without naming the database.',
  },
  overload_latency: {
    title: 'Overload',
    description: 'the CRM has more work than it can do: calls queue up before they are answered',
    area: 'performance',
    evidence: {
      alerts: ['CrmApiSlow', 'CrmLoginSlow', 'CrmUnreachable', 'CrmLoginFailed', 'CrmProbeFailed'],
      reasons: ['timeout', 'server_error'],
      measurements: ['crm_api_latency_seconds', 'crm_phase_duration_seconds'],
    },
    distinction:
      'Connections are made as fast as ever and the answers come late, the later the more is asked.',
  },
  database: {
    title: 'Database trouble',
    description: 'the CRM answers, but its database is gone, locked or slow',
    area: 'performance',
    evidence: {
      alerts: ['CrmProbeFailed', 'CrmLoginFailed', 'CrmApiSlow', 'CrmLoginSlow'],
      reasons: ['database_unavailable', 'server_error', 'timeout'],
      measurements: ['crm_api_latency_seconds'],
    },
    distinction: 'What needs no database goes on as fast as ever; what does, fails or waits.',
  },
  background_jobs: {
    title: 'Background jobs',
    description: 'scheduled or queued work is not being done, or fails',
    area: 'performance',
    evidence: {
      alerts: ['CrmJobsStalled', 'CrmSchedulesFailing'],
      reasons: [],
      measurements: ['crm_job_oldest_pending_age_seconds', 'crm_jobs', 'crm_failed_schedules'],
    },
    distinction: 'All jobs wait; with a broken integration only its own jobs fail.',
  },
  integration_sync: {
    title: 'Integration or synchronisation',
    description:
      'one integration stopped: its jobs fail and the records that it feeds are no longer updated',
    area: 'performance',
    evidence: {
      alerts: ['CrmDataStale', 'CrmIntegrationsFailing'],
      reasons: [],
      measurements: ['crm_stale_ratio', 'crm_jobs', 'crm_integration_failures'],
    },
    distinction:
      'One kind of records grows stale while jobs fail; records that decay do so without failing jobs.',
  },
  bad_deployment_or_schema: {
    title: 'Bad deployment or changed schema',
    description:
      'the API answers with something other than documented: renamed fields, a login page, cut-off or missing answers',
    area: 'performance',
    evidence: {
      alerts: ['CrmProbeFailed', 'CrmUnreachable', 'CrmLoginFailed', 'CrmApiRemovalNear'],
      reasons: ['bad_payload', 'schema_changed', 'not_found'],
      measurements: [],
    },
    distinction: 'The answers come in time and without an error, and cannot be understood.',
  },
  security_intrusion: {
    title: 'Attack or intrusion',
    description:
      'somebody is guessing passwords or has got in: many logins fail, and some then succeed',
    area: 'security',
    evidence: {
      alerts: ['CrmFailedLoginsHigh', 'CrmMassExportsHigh'],
      reasons: [],
      measurements: ['crm_failed_logins', 'crm_mass_exports'],
    },
    distinction: 'The log-in of the monitoring identity goes on working meanwhile.',
  },
  privilege_change: {
    title: 'Privileges changed',
    description: 'users gained administrator rights or lost their second factor',
    area: 'security',
    evidence: {
      alerts: [
        'CrmPrivilegedUsersIncreased',
        'CrmPermissionChangesHigh',
        'CrmAuditTrailOff',
        'CrmSecondFactorCoverageLow',
      ],
      reasons: [],
      measurements: [
        'crm_privileged_users',
        'crm_permission_changes',
        'crm_second_factor_coverage_ratio',
      ],
    },
    distinction: 'Nothing fails: only the accounts are other than before.',
  },
  data_quality_import: {
    title: 'Bad import',
    description:
      'an import or a form wrote bad records: empty fields, impossible values or the same thing again',
    area: 'quality',
    evidence: {
      alerts: ['CrmDataIncomplete', 'CrmDataInvalid', 'CrmDataDuplicated'],
      reasons: [],
      measurements: ['crm_missing_ratio', 'crm_invalid_ratio', 'crm_duplicate_ratio'],
    },
    distinction: 'What is bad was written now; what decays was good once and was not looked after.',
  },
  data_decay: {
    title: 'Data decay or loss',
    description: 'records grow old, lose what they refer to or disappear',
    area: 'quality',
    evidence: {
      alerts: ['CrmDataStale', 'CrmDataOrphaned', 'CrmRecordsDropped'],
      reasons: [],
      measurements: ['crm_stale_ratio', 'crm_orphan_ratio', 'crm_records'],
    },
    distinction: 'No field is empty or wrong: the records are old, alone or gone.',
  },
  monitoring_pipeline: {
    title: 'Monitoring itself',
    description:
      'what watches is broken: probes are not run, not scraped or not allowed to connect; nothing is known of the CRM',
    area: 'pipeline',
    evidence: {
      alerts: [
        'CrmExporterDown',
        'CrmProbeOverdue',
        'CrmUnreachable',
        'CrmLoginFailed',
        'CrmProbeFailed',
      ],
      reasons: ['refused_target', 'internal'],
      measurements: [],
    },
    distinction: 'Measurements stop without any probe saying that the CRM is at fault.',
  },
};

export type FaultClass =
  | 'service_outage'
  | 'network'
  | 'dns'
  | 'tls_certificate'
  | 'authentication'
  | 'authorization'
  | 'rate_limit_or_quota'
  | 'server_error'
  | 'overload_latency'
  | 'database'
  | 'background_jobs'
  | 'integration_sync'
  | 'bad_deployment_or_schema'
  | 'security_intrusion'
  | 'privilege_change'
  | 'data_quality_import'
  | 'data_decay'
  | 'monitoring_pipeline';

/** The class of evidence in which nothing is wrong; trained on, so that a false alarm can be called one. */
export const NO_FAULT = 'no_fault';
/** What the diagnosis answers when it does not know. Never a class to train on. */
export const UNKNOWN_FAULT = 'unknown';

export type DiagnosisClass = FaultClass | typeof NO_FAULT;
export type DiagnosisAnswer = DiagnosisClass | typeof UNKNOWN_FAULT;

export const FAULT_CLASS_NAMES: readonly FaultClass[] = Object.keys(FAULT_CLASSES) as FaultClass[];

/** Undefined for names of another version, which journals and databases may hold for years. */
export function faultClassDefinition(name: string): FaultClassDefinition | undefined {
  return Object.hasOwn(FAULT_CLASSES, name) ? FAULT_CLASSES[name as FaultClass] : undefined;
}

export type FaultClassDefinition = {
  readonly title: string;
  readonly description: string;
  readonly area: 'performance' | 'security' | 'quality';
};

/** What can be wrong with a CRM: the classes of the diagnosis. */
export const FAULT_CLASSES: Readonly<Record<FaultClass, FaultClassDefinition>> = {
  service_outage: {
    title: 'Service outage',
    description: 'the CRM does not accept connections',
    area: 'performance',
  },
  database_failure: {
    title: 'Database failure',
    description: 'the CRM answers, but its database is gone, locked or failing',
    area: 'performance',
  },
  network_degradation: {
    title: 'Network degradation',
    description: 'everything works, slowly, or requests time out on the way',
    area: 'performance',
  },
  quota_exhaustion: {
    title: 'API quota exhausted',
    description: 'the allowance of API calls is used up',
    area: 'performance',
  },
  interface_change: {
    title: 'Interface changed or broken',
    description:
      'the API answers with something other than documented (login page, truncated data)',
    area: 'performance',
  },
  jobs_stalled: {
    title: 'Background jobs stalled',
    description: 'scheduled or queued work is not being done',
    area: 'performance',
  },
  certificate_failure: {
    title: 'Certificate expired',
    description: 'the TLS certificate is outside its validity period',
    area: 'security',
  },
  credential_failure: {
    title: 'Credentials revoked or expired',
    description: 'the CRM no longer accepts the credentials of an integration',
    area: 'security',
  },
  permission_failure: {
    title: 'Permissions removed',
    description: 'the identity is accepted but may no longer read what it read before',
    area: 'security',
  },
  login_attack: {
    title: 'Login attack',
    description: 'many logins fail in a short time: password guessing or a broken integration',
    area: 'security',
  },
  privilege_escalation: {
    title: 'Privileges escalated',
    description: 'users gained administrator rights',
    area: 'security',
  },
  data_incomplete: {
    title: 'Data incomplete',
    description: 'mandatory fields are empty in many records',
    area: 'quality',
  },
  data_duplicated: {
    title: 'Data duplicated',
    description: 'many records describe the same thing',
    area: 'quality',
  },
  data_invalid: {
    title: 'Data invalid',
    description: 'e-mail addresses or phone numbers cannot be right',
    area: 'quality',
  },
  data_stale: {
    title: 'Data stale',
    description: 'many records have not been touched for long, or a synchronisation stopped',
    area: 'quality',
  },
  data_orphaned: {
    title: 'Data orphaned',
    description: 'records refer to others that do not exist',
    area: 'quality',
  },
  data_loss: {
    title: 'Records lost',
    description: 'the number of records fell sharply',
    area: 'quality',
  },
};

export type FaultClass =
  | 'service_outage'
  | 'database_failure'
  | 'network_degradation'
  | 'quota_exhaustion'
  | 'interface_change'
  | 'jobs_stalled'
  | 'certificate_failure'
  | 'credential_failure'
  | 'permission_failure'
  | 'login_attack'
  | 'privilege_escalation'
  | 'data_incomplete'
  | 'data_duplicated'
  | 'data_invalid'
  | 'data_stale'
  | 'data_orphaned'
  | 'data_loss';

/** The class of evidence in which nothing is wrong; trained on, so that a false alarm can be called one. */
export const NO_FAULT = 'no_fault';
/** What the diagnosis answers when it does not know. Never a class to train on. */
export const UNKNOWN_FAULT = 'unknown';

export type DiagnosisClass = FaultClass | typeof NO_FAULT;
export type DiagnosisAnswer = DiagnosisClass | typeof UNKNOWN_FAULT;

export const FAULT_CLASS_NAMES: readonly FaultClass[] = Object.keys(FAULT_CLASSES) as FaultClass[];

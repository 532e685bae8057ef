export type ProbeArea = 'health' | 'security' | 'quality';

export type ProbeKindDefinition = { readonly area: ProbeArea; readonly title: string };

/** The kinds of probes. One file each under exporter/probes/<area>/. */
export const PROBE_KINDS: Readonly<Record<ProbeKindName, ProbeKindDefinition>> = {
  reachability: { area: 'health', title: 'Reachable, with DNS, TCP, TLS and HTTP timed apart' },
  login: { area: 'health', title: 'The monitoring identity can log in' },
  api_latency: { area: 'health', title: 'Time of a light and of a representative API call' },
  background_jobs: {
    area: 'health',
    title: 'Background jobs by state, and the oldest one waiting',
  },
  api_quota: { area: 'health', title: 'API allowance and what is left of it' },
  integrations: {
    area: 'health',
    title: 'Failures of imports, web hooks, messages and synchronisation in a time window',
  },
  vendor_status: { area: 'health', title: "What the status page of the CRM's vendor says" },
  api_lifecycle: { area: 'health', title: 'How long the API that is asked remains' },
  plugin: { area: 'health', title: 'State and performance data of monitoring plugins' },
  certificate: { area: 'security', title: 'Validity period of the TLS certificate' },
  credentials: { area: 'security', title: 'How long the credentials of the monitor are valid' },
  failed_logins: { area: 'security', title: 'Failed and successful logins in a time window' },
  accounts: { area: 'security', title: 'Active and privileged users, second-factor coverage' },
  audit_trail: {
    area: 'security',
    title: 'Permission changes and mass exports in a time window, and whether they are recorded',
  },
  api_tokens: {
    area: 'security',
    title: 'Tokens and keys that open the API, and how old the oldest is',
  },
  data_quality: {
    area: 'quality',
    title: 'Completeness, duplicates, validity, freshness, orphans and volume in one scan',
  },
};

export type ProbeKindName =
  | 'reachability'
  | 'login'
  | 'api_latency'
  | 'background_jobs'
  | 'api_quota'
  | 'integrations'
  | 'vendor_status'
  | 'api_lifecycle'
  | 'plugin'
  | 'certificate'
  | 'credentials'
  | 'failed_logins'
  | 'accounts'
  | 'audit_trail'
  | 'api_tokens'
  | 'data_quality';
export const PROBE_KIND_NAMES: readonly ProbeKindName[] = Object.keys(
  PROBE_KINDS,
) as ProbeKindName[];

/** The phases of a request that are timed apart. */
export const REQUEST_PHASES = ['dns', 'tcp', 'tls', 'http', 'authentication'] as const;
export type RequestPhase = (typeof REQUEST_PHASES)[number];

/** Nagios' state types: a failure is soft until it was seen `max_attempts` times in a row. */

export type StateType = 'soft' | 'hard';

export const SEVERITIES = ['warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The states of background work that every platform's own states are mapped to. */
export const JOB_STATES = ['pending', 'running', 'failed'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** Why log-ins fail: what every platform's own words are mapped to, without any name or address. */
export const LOGIN_FAILURE_REASONS = [
  'password',
  'unknown_user',
  'second_factor',
  'locked',
  'not_allowed',
  'other',
] as const;
export type LoginFailureReason = (typeof LOGIN_FAILURE_REASONS)[number];

/** The ways by which a CRM gives and takes what other systems have or need. */
export const INTEGRATION_KINDS = ['import', 'webhook', 'message', 'synchronisation'] as const;
export type IntegrationKind = (typeof INTEGRATION_KINDS)[number];

import type { ProbeKindName } from '../../catalog/catalog.ts';
import { apiLifecycle } from './health/api-lifecycle.ts';
import { apiLatency } from './health/api-latency.ts';
import { apiQuota } from './health/api-quota.ts';
import { backgroundJobs } from './health/background-jobs.ts';
import { integrations } from './health/integrations.ts';
import { login } from './health/login.ts';
import { plugin } from './health/plugin.ts';
import { reachability } from './health/reachability.ts';
import { vendorStatus } from './health/vendor-status.ts';
import type { ProbeKind } from './probe.ts';
import { dataQuality } from './quality/data-quality.ts';
import { accounts } from './security/accounts.ts';
import { apiTokens } from './security/api-tokens.ts';
import { auditTrail } from './security/audit-trail.ts';
import { certificate } from './security/certificate.ts';
import { credentials } from './security/credentials.ts';
import { failedLogins } from './security/failed-logins.ts';

/** Every probe kind, one line each. Options are decoded by the kind that later receives them. */
export const PROBE_REGISTRY: Readonly<Record<ProbeKindName, ProbeKind<unknown>>> = {
  reachability,
  login,
  api_latency: apiLatency,
  background_jobs: backgroundJobs,
  api_quota: apiQuota,
  integrations,
  vendor_status: vendorStatus,
  api_lifecycle: apiLifecycle,
  plugin,
  certificate,
  credentials,
  failed_logins: failedLogins,
  accounts,
  audit_trail: auditTrail,
  api_tokens: apiTokens,
  data_quality: dataQuality,
};

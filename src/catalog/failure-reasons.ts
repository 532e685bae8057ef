/** Why a probe failed: exactly one of these, as a label and as a feature of the diagnosis. */
export const FAILURE_REASONS: Readonly<Record<FailureReason, string>> = {
  dns: 'the host name could not be resolved',
  tcp: 'the connection was refused, reset or could not be routed',
  tls: 'the TLS handshake failed for another reason than the certificate',
  certificate_expired: 'the server certificate is outside its validity period',
  certificate_untrusted: 'the server certificate is not trusted or is for another name',
  authentication: 'the CRM does not accept the credentials',
  authorization: 'the credentials are good but may not do this',
  rate_limited: 'the CRM asks to slow down (requests per second)',
  quota_exhausted: 'the allowance of API calls is used up',
  not_found: 'the address answers, but this path, object or method does not exist',
  server_error: 'the CRM answered with an error of its own (5xx)',
  database_unavailable: 'the CRM or the connector says that its database is gone or locked',
  timeout: 'no complete answer before the deadline',
  bad_payload:
    'the answer is not what its content type promises (HTML for JSON, truncated, not parsable)',
  schema_changed: 'the answer parses, but fields it must have are missing or of another type',
  too_large: 'the answer is larger than the limit',
  refused_target:
    'crmwatch itself refused to connect: the address is not on the list of allowed targets',
  internal: 'a defect in crmwatch; please report it',
};

export type FailureReason =
  | 'dns'
  | 'tcp'
  | 'tls'
  | 'certificate_expired'
  | 'certificate_untrusted'
  | 'authentication'
  | 'authorization'
  | 'rate_limited'
  | 'quota_exhausted'
  | 'not_found'
  | 'server_error'
  | 'database_unavailable'
  | 'timeout'
  | 'bad_payload'
  | 'schema_changed'
  | 'too_large'
  | 'refused_target'
  | 'internal';

/** Why a single measurement is unknown although its probe ran. */
export const UNKNOWN_REASONS: Readonly<Record<UnknownReason, string>> = {
  not_supported: 'this platform cannot tell',
  not_configured: 'the configuration does not say where to look',
  not_permitted: 'the identity may not see it',
  empty: 'there is nothing to measure: a ratio of zero records has no value',
  too_large: 'more than the limit lets through: records of a scan, data of a plugin',
  undetermined: 'what was asked could not tell, or was ended before it did',
};

export type UnknownReason =
  | 'not_supported'
  | 'not_configured'
  | 'not_permitted'
  | 'empty'
  | 'too_large'
  | 'undetermined';

import type { Problem } from '../std/std.ts';

/** What is wrong with a web configuration file: a closed set, each the kind of one refusal of exporter-toolkit. */
export const WEB_CONFIG_PROBLEM_KINDS = [
  /** The file itself cannot be read. */
  'unreadable_file',
  /** No YAML, a key that nobody knows, or a value of the wrong type. */
  'not_understood',
  'unknown_cipher',
  'unknown_curve',
  'unknown_tls_version',
  'header_not_configurable',
  'header_value',
  'password_hash',
  'certificate_missing',
  'key_missing',
  'certificate_unreadable',
  'key_unreadable',
  /** Certificate and key cannot be used, or not with each other. */
  'key_pair',
  'client_authority_unreadable',
  'client_authentication',
  'client_authority_unused',
  /** HTTP/2 needs a cipher that the list leaves out. */
  'http2_cipher',
] as const;
export type WebConfigProblemKind = (typeof WEB_CONFIG_PROBLEM_KINDS)[number];

export type WebConfigProblem = Problem & { readonly kind: WebConfigProblemKind };

export type ReportWebProblem = (
  kind: WebConfigProblemKind,
  place: string,
  message: string,
  remedy: string,
) => void;

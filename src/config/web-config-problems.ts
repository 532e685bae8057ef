import type { Problem } from '../std/std.ts';

/**
 * What is wrong with a web configuration file, each the kind of one refusal of exporter-toolkit, in the order in which
 * it meets them: it decodes the whole file and stops at a name that it does not know, and only then looks at headers,
 * passwords, and TLS.
 */
const KINDS_BY_STAGE = [
  /** The file itself cannot be read. */
  ['unreadable_file'],
  ['unknown_cipher', 'unknown_curve', 'unknown_tls_version'],
  /** No YAML, a key that nobody knows, or a value of the wrong type. */
  ['not_understood'],
  ['header_not_configurable', 'header_value'],
  ['password_hash'],
  ['certificate_missing'],
  ['key_missing'],
  ['certificate_unreadable'],
  ['key_unreadable'],
  /** Certificate and key cannot be used, or not with each other. */
  ['key_pair'],
  ['client_authority_unreadable'],
  ['client_authentication'],
  ['client_authority_unused'],
  /** HTTP/2 needs a cipher that the list leaves out. */
  ['http2_cipher'],
] as const;
export type WebConfigProblemKind = (typeof KINDS_BY_STAGE)[number][number];

/** A closed set. */
export const WEB_CONFIG_PROBLEM_KINDS: readonly WebConfigProblemKind[] = KINDS_BY_STAGE.flat();

export type WebConfigProblem = Problem & { readonly kind: WebConfigProblemKind };

export type ReportWebProblem = (
  kind: WebConfigProblemKind,
  place: string,
  message: string,
  remedy: string,
) => void;

/** Problems in the order in which exporter-toolkit would meet them; it tells the first one alone. */
export function inOrderOfDiscovery(
  problems: readonly WebConfigProblem[],
): readonly WebConfigProblem[] {
  const stageOf = ({ kind }: WebConfigProblem): number =>
    KINDS_BY_STAGE.findIndex((kinds: readonly WebConfigProblemKind[]) => kinds.includes(kind));
  return problems.toSorted((left, right) => stageOf(left) - stageOf(right));
}

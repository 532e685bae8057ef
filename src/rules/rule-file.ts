import { dump } from 'js-yaml';

/** A file to write, relative to the root of the repository. */
export type GeneratedFile = { readonly path: string; readonly text: string };

export type RecordingRule = {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
};

export type AlertingRule = {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};

export type RuleGroup<Rule> = { readonly name: string; readonly rules: readonly Rule[] };

const HEADER =
  '# Generated from src/catalog by `crmwatch generate`: edit the catalog, not this file.\n';

/** YAML with a header, long lines unfolded and nothing aliased, so that a diff shows one rule per change. */
export function toYaml(value: unknown): string {
  return HEADER + dump(value, { lineWidth: -1, noRefs: true });
}

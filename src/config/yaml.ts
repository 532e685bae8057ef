import { dump, load } from 'js-yaml';
import type { Problem } from '../std/std.ts';
import { errorMessage } from '../std/std.ts';

export type YamlResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem };

/** Parses one YAML document. Duplicate keys and anchors that do not resolve are errors, with line and column. */
export function parseYaml(text: string, fileName: string): YamlResult {
  // Line by line: one pattern for all lines would try every way to divide them.
  if (text.split('\n').every((line) => /^\s*(?:#|$)/.test(line))) {
    const remedy = 'write at least one target into it; README.md has ten lines to start with';
    return { ok: false, problem: { place: fileName, message: 'the file is empty', remedy } };
  }
  try {
    return { ok: true, value: load(text) };
  } catch (error) {
    return { ok: false, problem: describeYamlError(error, fileName) };
  }
}

export function yamlProblem(place: string, message: string): Problem {
  const remedy =
    'mend the YAML at this place: look for indentation, a tab, a missing quote or a key twice';
  return { place, message, remedy };
}

/** What a parser of YAML has thrown, with its line and column. */
export function describeYamlError(error: unknown, fileName: string): Problem {
  const { mark, reason } = error as { mark?: { line: number; column: number }; reason?: string };
  const place = mark === undefined ? fileName : `${fileName}:${mark.line + 1}:${mark.column + 1}`;
  return yamlProblem(place, reason ?? errorMessage(error));
}

export function formatYaml(value: unknown): string {
  return dump(value, { lineWidth: 120, noRefs: true });
}

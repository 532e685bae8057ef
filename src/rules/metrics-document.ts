import type { GeneratedFile } from './rule-file.ts';
export function generateMetricsDocument(): GeneratedFile {
  return { path: 'docs/METRICS.md', text: '' };
}

import { readFileSync } from 'node:fs';

/** The fenced blocks of one language in the runbook of an alert. */
export function runbookBlocks(name: string, language: string): readonly string[] {
  const page = new URL(`../../docs/runbooks/${name}.md`, import.meta.url);
  const fence = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g');
  return [...readFileSync(page, 'utf8').matchAll(fence)].map((match) => (match[1] ?? '').trim());
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PROBE_KIND_NAMES } from '../catalog/catalog.ts';
import { PLATFORM_NAMES, findPlatform } from '../exporter/connectors/connectors.ts';
import type { Platform } from '../exporter/connectors/connectors.ts';
import { REPOSITORY_FOLDER, readRepositoryFile } from './repository.ts';

type Page = { readonly path: string; readonly text: string };

export function pageOfPlatform(name: string): string {
  return `docs/connectors/${name}.md`;
}

/** What a platform knows from where, as a table of Markdown. */
function renderSources({ sources }: Platform): string {
  const rows = PROBE_KIND_NAMES.map((kind) => {
    const source = sources[kind];
    const text = 'from' in source ? source.from : `nothing: ${source.not}`;
    return `| ${kind} | ${text.replaceAll('|', String.raw`\|`)} |`;
  });
  return ['| Probe | From |', '| --- | --- |', ...rows].join('\n');
}

/**
 * A page with its block `<!-- sources of NAME -->` … `<!-- end -->` filled; undefined when it has no such block.
 */
export function fillSources(page: string, name: string, platform: Platform): string | undefined {
  const begin = `<!-- sources of ${name} -->\n`;
  const from = page.indexOf(begin);
  const to = page.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) return undefined;
  const start = from + begin.length;
  return `${page.slice(0, start)}\n${renderSources(platform)}\n\n${page.slice(to)}`;
}

/** The pages in docs/connectors/ that have the block, with what the registry says now. */
export function generatePlatformPages(): readonly Page[] {
  return PLATFORM_NAMES.flatMap((name): Page[] => {
    const path = pageOfPlatform(name);
    const platform = findPlatform(name);
    if (platform === undefined || !existsSync(join(REPOSITORY_FOLDER, path))) return [];
    const text = fillSources(readRepositoryFile(path), name, platform);
    return text === undefined ? [] : [{ path, text }];
  });
}

import { PROBE_KIND_NAMES } from '../catalog/catalog.ts';
import { PLATFORM_NAMES, findPlatform } from '../exporter/connectors/connectors.ts';
import { readRepositoryFile } from './repository.ts';

const PATH = 'docs/connectors/README.md';
const BEGIN = '<!-- platforms -->\n';
const END = '<!-- end -->';

/** Which platform can tell what, as a table of Markdown with links to the pages beside it. */
function renderPlatforms(): string {
  const rows = PLATFORM_NAMES.flatMap((name) => {
    const platform = findPlatform(name);
    if (platform === undefined) return [];
    const cells = PROBE_KIND_NAMES.map((kind) => ('from' in platform.sources[kind] ? 'yes' : '–'));
    return [[`[${platform.title}](${name}.md)`, `\`${name}\``, ...cells]];
  });
  const head = ['CRM', '`platform`', ...PROBE_KIND_NAMES.map((kind) => kind.replaceAll('_', ' '))];
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The page with its block `<!-- platforms -->` … `<!-- end -->` filled. Throws when it has no such block. */
export function fillPlatforms(page: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0) throw new Error(`${PATH} has no block ${BEGIN.trim()} … ${END}`);
  return `${page.slice(0, from + BEGIN.length)}\n${renderPlatforms()}\n\n${page.slice(to)}`;
}

/** The overview of all platforms, with what the registry says now. */
export function generatePlatformOverview(): { readonly path: string; readonly text: string } {
  return { path: PATH, text: fillPlatforms(readRepositoryFile(PATH)) };
}

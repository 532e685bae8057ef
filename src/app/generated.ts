import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CONFIG_SHAPE, renderConfigurationDocument } from '../config/config.ts';
import { generateDashboardFiles } from '../dashboards/dashboards.ts';
import { generateFaultsDocument } from '../responder/repair/repair.ts';
import { generateMetricsDocument, generateRuleFiles } from '../rules/rules.ts';
import { renderApi } from '../web/web.ts';
import { generatePlatformPages } from './platform-pages.ts';
import { generatePlatformOverview } from './platform-overview.ts';
import { REPOSITORY_FOLDER } from './repository.ts';

type GeneratedFile = { readonly path: string; readonly text: string };

/** Folders in which every file is generated, so that one which is not is left over. */
const GENERATED_FOLDERS = ['alert-rules', 'grafana'] as const;

const CONFIGURATION_INTRODUCTION = `# Configuration

This page is written by \`crmwatch generate\` from the decoders that read the file. Unknown keys and keys that stand twice are errors;
\`crmwatch check-config FILE\` reports every problem at once, with its place and remedy. Durations are written as in Prometheus (\`30s\`,
\`5m\`, \`1h30m\`). A secret is never in the file: write \`{ file: path }\`, \`{ environment: NAME }\` or
\`{ command: [program, argument] }\` instead; relative paths count from the folder of the configuration file, and \`$CREDENTIALS_DIRECTORY/\` begins those that systemd hands to a service.`;

async function generateFiles(): Promise<readonly GeneratedFile[]> {
  const api = await renderApi();
  const configuration = {
    path: 'docs/CONFIGURATION.md',
    text: renderConfigurationDocument(CONFIGURATION_INTRODUCTION, CONFIG_SHAPE),
  };
  return [
    generatePlatformOverview(),
    ...generateRuleFiles(),
    ...generateDashboardFiles(),
    generateMetricsDocument(),
    generateFaultsDocument(),
    configuration,
    ...generatePlatformPages(),
    { path: 'docs/API.md', text: api.page },
    { path: 'docs/openapi.json', text: api.openApi },
  ];
}

function listFiles(folder: string): readonly string[] {
  const absolute = join(REPOSITORY_FOLDER, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(REPOSITORY_FOLDER.length + 1));
}

function leftOver(files: readonly GeneratedFile[]): readonly string[] {
  const wanted = new Set(files.map(({ path }) => path));
  return GENERATED_FOLDERS.flatMap(listFiles).filter((path) => !wanted.has(path));
}

/** Writes every generated file and removes what is left over; returns a line for each change. */
export async function writeGenerated(): Promise<readonly string[]> {
  const files = await generateFiles();
  const removed = leftOver(files).map((path) => {
    rmSync(join(REPOSITORY_FOLDER, path));
    return `removed ${path}`;
  });
  const written = files.map(({ path, text }) => {
    const absolute = join(REPOSITORY_FOLDER, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, text);
    return `wrote ${path}`;
  });
  return [...removed, ...written];
}

/** Compares the committed files with what would be generated; returns a line for each difference. */
export async function checkGenerated(): Promise<readonly string[]> {
  const files = await generateFiles();
  const differing = files.flatMap(({ path, text }) => {
    const absolute = join(REPOSITORY_FOLDER, path);
    if (!existsSync(absolute)) return [`${path} is missing; run: npm run generate`];
    return readFileSync(absolute, 'utf8') === text
      ? []
      : [`${path} differs from what is generated; run: npm run generate`];
  });
  return [
    ...differing,
    ...leftOver(files).map((path) => `${path} is left over; run: npm run generate`),
  ];
}

import { PROBE_KINDS, PROBE_KIND_NAMES } from '../../catalog/catalog.ts';
import { PLATFORM_NAMES } from '../../exporter/connectors/connectors.ts';
import type { Platform } from '../../exporter/connectors/connectors.ts';
import type { Command } from '../command.ts';
import { parseOptions } from '../options.ts';
import { requirePlatform } from '../platform-names.ts';

type Named = { readonly name: string; readonly platform: Platform };

/** A line for each: what it can be asked has more columns than a terminal, so what is missing is named. */
function overviewOf(all: readonly Named[]): readonly string[] {
  const width = Math.max(...all.map(({ name }) => name.length));
  return all.map(({ name, platform: { sources } }) => {
    const able = PROBE_KIND_NAMES.filter((kind) => 'from' in sources[kind]);
    const missing = PROBE_KIND_NAMES.filter((kind) => 'not' in sources[kind] && kind !== 'plugin');
    const isNarrow = able.length < missing.length;
    const told = isNarrow
      ? `only ${able.join(', ')}`
      : missing.length === 0
        ? 'everything'
        : `everything but ${missing.join(', ')}`;
    return `${name.padEnd(width)}  ${told}`;
  });
}

function linesOf({ name, platform }: Named): readonly string[] {
  const width = Math.max(...PROBE_KIND_NAMES.map((kind) => kind.length));
  return [
    `${name}: ${platform.title}`,
    ...PROBE_KIND_NAMES.map((kind) => {
      const source = platform.sources[kind];
      const [word, why] = 'from' in source ? ['yes', source.from] : ['no', source.not];
      return `  ${kind.padEnd(width)}  ${word.padEnd(3)}  ${why}`;
    }),
  ];
}

function documentOf(all: readonly Named[]): object {
  return Object.fromEntries(
    all.map(({ name, platform: { title, sources } }) => [name, { title, sources }]),
  );
}

const KIND_WIDTH = Math.max(...PROBE_KIND_NAMES.map((kind) => kind.length));

export const capabilitiesCommand: Command = {
  name: 'capabilities',
  summary: 'what each platform can be asked, and from where the answer comes',
  help: `usage: crmwatch capabilities [PLATFORM] [--json]

Shows which probes each platform can answer; for one platform, from where it knows each answer or why it cannot.
What a target of yours can tell depends on its configuration and rights as well: crmwatch init tries it.

${PROBE_KIND_NAMES.map((kind) => `  ${kind.padEnd(KIND_WIDTH)}  ${PROBE_KINDS[kind].title}`).join('\n')}

  --json  the same as JSON: by platform its title, and by probe "from" or "not"`,
  run(context) {
    const options = parseOptions(
      'capabilities',
      context.arguments,
      { json: { type: 'boolean' } },
      { minimum: 0, maximum: 1 },
    );
    const [only] = options.positionals;
    const names = only === undefined ? PLATFORM_NAMES : [only];
    const all = names.map((name) => ({ name, platform: requirePlatform(name) }));
    const [first] = all;
    if (options.flag('json')) context.print(JSON.stringify(documentOf(all), null, 2));
    else
      for (const line of only !== undefined && first !== undefined
        ? linesOf(first)
        : overviewOf(all))
        context.print(line);
    return Promise.resolve(0);
  },
};

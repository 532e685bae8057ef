import { decode, secretReference } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';

/** Text as it stands, or a secret that is read each time the plugin runs. */
export type EnvironmentValue = string | SecretReference;

export type PluginOptions = {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, EnvironmentValue>>;
  readonly timeout?: number;
};

export type NagiosOptions = {
  readonly platform: 'nagios';
  readonly plugins: Readonly<Record<string, PluginOptions>>;
  /** Plugins have no records. */
  readonly objects: Readonly<Record<string, never>>;
  readonly programs: Readonly<Record<string, string>>;
};

const MAXIMUM_PLUGINS = 50;
const NAME = /^[a-z][a-z0-9_]{0,40}$/;
/** A map with one of the three names alone would say where a secret is. */
const VARIABLE = /^(?!(file|environment|command)$)[A-Za-z_][A-Za-z0-9_]{0,99}$/;
/** Programs cannot be given the character that ends a text in C. */
const words = (): Decoder<string> =>
  decode.text({ pattern: /^[^\0]*$/, meaning: 'text', maximumLength: 4000 });

const program: Decoder<string> = decode.text({
  pattern: /^\/[^\0]*[^\0/]$/,
  meaning: 'the absolute path of a program, such as /usr/lib/nagios/plugins/check_disk',
  maximumLength: 4000,
});

const plainValue = words();
const secretValue = secretReference();
const environmentValue: Decoder<EnvironmentValue> = {
  shape: {
    kind: 'any',
    note: 'text, or where a secret is: `{ file: path }`, `{ environment: NAME }` or `{ command: [program, argument] }`',
  },
  decode(value, place, report) {
    const isMap = typeof value === 'object' && value !== null;
    return (isMap ? secretValue : plainValue).decode(value, place, report);
  },
};

const plugin: Decoder<PluginOptions> = decode.object<{
  program: string;
  arguments: readonly string[];
  environment: Readonly<Record<string, EnvironmentValue>>;
  timeout: number | undefined;
}>({
  program: decode.required(program, 'the plugin; it has to exist and be executable'),
  arguments: decode.withDefault(
    decode.list(words(), { maximumLength: 100 }),
    [],
    'what the plugin is given, as it is: no shell reads it. Every user of the machine can see it, so secrets belong into the environment',
    '[]',
  ),
  environment: decode.withDefault(
    decode.map(environmentValue, { key: 'name of a variable', pattern: VARIABLE }),
    {},
    'variables that the plugin is given beside PATH, LANG and LC_ALL; it gets no others',
    '{}',
  ),
  timeout: decode.optional(
    decode.duration({ minimumMs: 100, maximumMs: 3_600_000 }),
    'deadline of this plugin; without it, and at most, that of the probe less the time to end what is late',
  ),
});

const plugins: Decoder<Readonly<Record<string, PluginOptions>>> = decode.refine(
  decode.map(plugin, { key: 'name of a plugin', pattern: NAME }),
  (decoded) => {
    const { length } = Object.keys(decoded);
    if (length >= 1 && length <= MAXIMUM_PLUGINS) return undefined;
    return {
      message: `expected from 1 to ${MAXIMUM_PLUGINS} plugins, found ${length}`,
      remedy: 'name at least one, and divide more than that over several targets',
    };
  },
);

export const nagiosDecoder: Decoder<NagiosOptions> = decode.transform(
  decode.object({
    platform: decode.required(
      decode.choice(['nagios']),
      'programs that keep to the guidelines for monitoring plugins',
    ),
    plugins: decode.required(
      plugins,
      `what is run, by a name for its series; at most ${MAXIMUM_PLUGINS}`,
    ),
  }),
  (decoded): NagiosOptions => ({
    ...decoded,
    objects: {},
    programs: Object.fromEntries(
      Object.entries(decoded.plugins).map(([name, { program: path }]) => [
        `plugins.${name}.program`,
        path,
      ]),
    ),
  }),
);

import type { UnknownReason } from '../../../catalog/catalog.ts';
import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Clock, Knowable, SecretResolver } from '../../../std/std.ts';
import type {
  Call,
  Connector,
  ConnectorDependencies,
  PluginFacts,
  PluginState,
  ProgramEnd,
  RunProgram,
} from '../connector.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createSecretReader } from '../web/secret-reader.ts';
import type { EnvironmentValue, NagiosOptions, PluginOptions } from './nagios-options.ts';
import { PERFORMANCE_PROBLEMS, parsePerformanceData } from './performance-data.ts';
import { maskPluginText, readPluginOutput } from './plugin-output.ts';

/** Plugins of one target that run at the same time; a machine that starts fifty at once measures itself. */
const PLUGINS_AT_ONCE = 8;
const OUTPUT_BYTES = 64 * 1024;
/** Of the time of a run, so much is kept to end what is late and to tell what the others said. */
const RESERVE_RATIO = 0.2;
const RESERVE_MS = 1000;

/** English and dots in numbers; and nothing of our own environment, which holds secrets. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C',
  LC_ALL: 'C',
};

const STATES: readonly PluginState[] = ['ok', 'warning', 'critical'];
const STATUS_UNKNOWN = 3;

type Context = {
  readonly options: NagiosOptions;
  readonly runProgram: RunProgram;
  readonly resolveSecret: SecretResolver;
  readonly clock: Clock;
};

/**
 * Programs that keep to the guidelines for monitoring plugins, of the Monitoring Plugins project and of Nagios. One that
 * fails, hangs or prints nonsense has an unknown state and takes nothing from the others.
 */
export function createNagiosConnector(
  options: NagiosOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { runProgram, resolveSecret, clock } = dependencies;
  const closing = new AbortController();
  return {
    platform: 'nagios',
    ...(runProgram === undefined
      ? {}
      : {
          plugins: async ({ timeoutMs, signal }: Call) =>
            runPlugins(
              { options, runProgram, resolveSecret, clock },
              { timeoutMs, signal: AbortSignal.any([closing.signal, ...(signal ? [signal] : [])]) },
            ),
        }),
    close: async () => closing.abort(),
  };
}

type Limits = { readonly endMs: number; readonly graceMs: number; readonly signal: AbortSignal };

async function runPlugins(
  context: Context,
  { timeoutMs, signal }: Required<Call>,
): Promise<Outcome<readonly PluginFacts[]>> {
  const reserveMs = Math.min(RESERVE_MS, timeoutMs * RESERVE_RATIO);
  const endMs = context.clock.monotonicMs() + timeoutMs - reserveMs;
  const limits = { endMs, graceMs: reserveMs / 3, signal };
  const waiting = [...Object.entries(context.options.plugins).entries()];
  const facts: PluginFacts[] = [];
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, [name, plugin]] = next;
      facts[index] = await runPlugin(context, name, plugin, limits);
    }
  }
  await Promise.all(Array.from({ length: PLUGINS_AT_ONCE }, work));
  // What was ended in the middle says nothing about what it looked at.
  return signal.aborted ? fail('timeout', 'the run was stopped') : succeed(facts);
}

async function runPlugin(
  { runProgram, resolveSecret, clock }: Context,
  name: string,
  plugin: PluginOptions,
  { endMs, graceMs, signal }: Limits,
): Promise<PluginFacts> {
  const environment = readEnvironment(plugin.environment, resolveSecret);
  if (!environment.known) return withoutAnswer(name, environment);
  const leftMs = Math.floor(endMs - clock.monotonicMs());
  if (leftMs < 1) {
    return withoutAnswer(name, unknown('undetermined', 'no time was left to start the plugin'));
  }
  const end = await runProgram({
    program: plugin.program,
    arguments: plugin.arguments,
    environment: environment.value,
    timeoutMs: Math.min(plugin.timeout ?? leftMs, leftMs),
    graceMs,
    outputBytes: OUTPUT_BYTES,
    signal,
  });
  if (end.kind !== 'exited') return withoutAnswer(name, unknown(REASONS[end.kind], end.detail));
  const { hide = (text: string): string => text } = resolveSecret;
  return answerOf(name, end.status, hide(new TextDecoder().decode(end.output)));
}

const REASONS: Readonly<Record<Exclude<ProgramEnd['kind'], 'exited'>, UnknownReason>> = {
  missing: 'not_configured',
  not_permitted: 'not_permitted',
  not_started: 'undetermined',
  killed: 'undetermined',
  too_large: 'too_large',
  late: 'undetermined',
};

function withoutAnswer(name: string, state: Knowable<never>): PluginFacts {
  return { name, state, text: '', performance: [], problems: [] };
}

function answerOf(name: string, status: number, output: string): PluginFacts {
  const { text, performance: data } = readPluginOutput(output);
  const { performance, problems } = parsePerformanceData(data);
  const kinds = new Set(problems.map(({ problem }) => PERFORMANCE_PROBLEMS[problem]));
  const state = stateOf(status);
  return { name, state, text: maskPluginText(text), performance, problems: [...kinds] };
}

function stateOf(status: number): Knowable<PluginState> {
  const state = STATES[status];
  if (state !== undefined) return known(state);
  return status === STATUS_UNKNOWN
    ? unknown('undetermined', 'the plugin says UNKNOWN')
    : unknown('undetermined', `the plugin ended with the status ${status}, which has no meaning`);
}

/** A secret that cannot be read leaves the other plugins alone. */
function readEnvironment(
  configured: Readonly<Record<string, EnvironmentValue>>,
  resolveSecret: SecretResolver,
): Knowable<Readonly<Record<string, string>>> {
  const environment: Record<string, string> = { ...ENVIRONMENT };
  for (const [name, value] of Object.entries(configured)) {
    const read =
      typeof value === 'string' ? succeed(value) : createSecretReader(resolveSecret, value).read();
    if (!read.ok) return unknown('not_permitted', read.failure.detail);
    environment[name] = read.value;
  }
  return known(environment);
}

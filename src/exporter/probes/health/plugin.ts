import { decode, known, unknown } from '../../../std/std.ts';
import type { Logger } from '../../../std/std.ts';
import type { PluginFacts, PluginState } from '../../connectors/connectors.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult, notSupported } from '../result.ts';
import type { ResultBuilder } from '../result.ts';

/** Of one plugin. */
const MAXIMUM_VALUES = 50;
const LABEL_CHARACTERS = 80;
const STATE_VALUES: Readonly<Record<PluginState, number>> = { ok: 0, warning: 1, critical: 2 };

/** Runs every monitoring plugin of the target: what state it tells, and its performance data. */
export const plugin: ProbeKind<object> = {
  id: 'plugin',
  options: decode.object({}),
  isSupported: (connector) => connector.plugins !== undefined,
  async run({ connector, timeoutMs, signal, logger }) {
    const outcome = await connector.plugins?.({ timeoutMs, signal });
    if (outcome === undefined) return notSupported('crm_plugin_state');
    const result = createResult();
    if (!outcome.ok) return result.fail(outcome.failure);
    for (const facts of outcome.value) {
      logFacts(facts, logger);
      addFacts(facts, result);
    }
    return result.succeed();
  },
};

function logFacts({ name, state, text, problems }: PluginFacts, logger: Logger): void {
  const told = state.known ? state.value : `unknown: ${state.detail}`;
  logger.debug('a plugin was run', { plugin: name, state: told, text });
  if (problems.length > 0) {
    logger.debug('performance data of a plugin was left out', { plugin: name, why: problems });
  }
}

function addFacts(
  { name, state, performance, problems }: PluginFacts,
  result: ResultBuilder,
): void {
  const labels = { plugin: name };
  const value = state.known ? known(STATE_VALUES[state.value]) : state;
  result.add('crm_plugin_state', labels, value);
  result.add('crm_plugin_unknown', labels, known(state.known ? 0 : 1));
  const seen = new Set<string>();
  let repeated = 0;
  for (const datum of performance.slice(0, MAXIMUM_VALUES)) {
    const own = { ...labels, label: maskLabel(datum.label), unit: maskLabel(datum.unit) };
    const key = JSON.stringify(own);
    if (seen.has(key)) repeated++;
    else result.add('crm_plugin_value', own, datum.value);
    seen.add(key);
  }
  const more = performance.length - MAXIMUM_VALUES;
  if (more > 0) {
    const detail = `${more} values beyond the first ${MAXIMUM_VALUES} were left out`;
    result.add('crm_plugin_value', labels, unknown('too_large', detail));
  }
  const lost = [
    ...problems,
    ...(repeated === 0 ? [] : [`${repeated} values have the label of another`]),
  ];
  if (lost.length > 0) {
    result.add('crm_plugin_value', labels, unknown('undetermined', lost.join('; ')));
  }
}

/** Programs name their values as they like; series are named in a small alphabet. */
function maskLabel(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_.:/ -]/g, '_').slice(0, LABEL_CHARACTERS);
}

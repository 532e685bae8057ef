/**
 * Units of measure as plugins write them. Seconds, per cent, bytes and counters are those of the guidelines
 * (monitoring_plugins_interface/03.Output.md of monitoring-plugins/monitoring-plugin-guidelines). KB is 1000 bytes and KiB
 * is 1024, as Icinga 2 takes them (lib/base/perfdatavalue.cpp). What is not here is taken as it is: an `m` may be a metre.
 */
type Unit = { readonly base: string; readonly convert: (value: number) => number };

const as = (base: string): Unit => ({ base, convert: (value) => value });
/** Dividing by a whole number gives the nearest there is, which multiplying by a fraction does not. */
const divided = (base: string, by: number): Unit => ({ base, convert: (value) => value / by });
const times = (base: string, by: number): Unit => ({ base, convert: (value) => value * by });

const PREFIXES = ['K', 'M', 'G', 'T', 'P', 'E'];

const UNITS: ReadonlyMap<string, Unit> = new Map([
  ['', as('number')],
  ['c', as('counter')],
  ['%', divided('ratio', 100)],
  ['s', as('seconds')],
  ['ms', divided('seconds', 1e3)],
  ['us', divided('seconds', 1e6)],
  ['µs', divided('seconds', 1e6)],
  ['μs', divided('seconds', 1e6)],
  ['ns', divided('seconds', 1e9)],
  ['B', as('bytes')],
  ['kB', times('bytes', 1e3)],
  ...PREFIXES.flatMap((prefix, index): [string, Unit][] => [
    [`${prefix}B`, times('bytes', 1000 ** (index + 1))],
    [`${prefix}iB`, times('bytes', 1024 ** (index + 1))],
  ]),
]);

/** Any text is a unit: one that is not known is its own base. */
export function unitOf(unitOfMeasure: string): Unit {
  return UNITS.get(unitOfMeasure) ?? as(unitOfMeasure);
}

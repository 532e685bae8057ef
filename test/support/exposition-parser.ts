/** A strict reader of Prometheus text format 0.0.4: it throws where a scrape would fail or mislead. */
export type ParsedSeries = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

export type ParsedFamily = { help: string; kind: string; series: ParsedSeries[] };

const SERIES =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*",?)*)\})? (\S+)$/u;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"/gu;
const UNESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\"': '"' };

function parseValue(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  if (text === 'NaN') return Number.NaN;
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) throw new Error(`bad value: ${text}`);
  return Number(text);
}

function parseSeries(line: string): ParsedSeries {
  const match = SERIES.exec(line);
  if (match === null) throw new Error(`bad line: ${JSON.stringify(line)}`);
  const [, name = '', labelText = '', value = ''] = match;
  const labels: Record<string, string> = {};
  for (const [, label = '', raw = ''] of labelText.matchAll(LABEL)) {
    if (Object.hasOwn(labels, label)) throw new Error(`label ${label} twice: ${line}`);
    labels[label] = raw.replace(/\\[\\n"]/g, (escape) => UNESCAPED[escape] ?? escape);
  }
  return { name, labels, value: parseValue(value) };
}

/** A histogram's lines have suffixes of their own. */
function familyOf(name: string, families: ReadonlyMap<string, ParsedFamily>): string {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  return families.get(base)?.kind === 'histogram' ? base : name;
}

export function parseExposition(text: string): Map<string, ParsedFamily> {
  const families = new Map<string, ParsedFamily>();
  const seen = new Set<string>();
  let current = '';
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line does not end');
  for (const line of text.split('\n').slice(0, -1)) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/u.exec(line);
    if (comment !== null) {
      const [, keyword, name = '', rest = ''] = comment;
      if (keyword === 'HELP') {
        if (families.has(name)) throw new Error(`family ${name} is not in one group`);
        families.set(name, { help: rest, kind: '', series: [] });
        current = name;
      } else {
        const family = families.get(name);
        if (family === undefined || name !== current || family.kind !== '') {
          throw new Error(`TYPE of ${name} in a wrong place`);
        }
        family.kind = rest;
      }
      continue;
    }
    if (line === '') continue;
    const series = parseSeries(line);
    const family = families.get(familyOf(series.name, families));
    if (family === undefined || familyOf(series.name, families) !== current) {
      throw new Error(`series outside its family: ${line}`);
    }
    const identity = JSON.stringify([
      series.name,
      Object.entries(series.labels).sort(([a], [b]) => (a < b ? -1 : 1)),
    ]);
    if (seen.has(identity)) throw new Error(`series twice: ${line}`);
    seen.add(identity);
    family.series.push(series);
  }
  return families;
}

export function allSeries(text: string): readonly ParsedSeries[] {
  return [...parseExposition(text).values()].flatMap((family) => family.series);
}

import { isDecisive, judgeLook } from '../../app/app.ts';
import type { ObjectLook, ProbeLook, Verdict } from '../../app/app.ts';
import { MEASUREMENTS, PROBE_KIND_NAMES } from '../../catalog/catalog.ts';
import type { Platform } from '../../exporter/connectors/connectors.ts';
import type { ProbeRun, Sample } from '../../exporter/probes/probes.ts';
import type { Failure } from '../../http/http.ts';
import { plain, remedyOf, remedyOfUnknown } from './remedies.ts';
import type { Circumstances } from './remedies.ts';

const WIDTH = Math.max(...PROBE_KIND_NAMES.map((kind) => kind.length));

const WORDS: Readonly<Record<Verdict, string>> = {
  works: 'yes',
  partly: 'partly',
  passing: 'not now',
  fails: 'no',
  unsupported: 'no',
};
const WORD_WIDTH = 7;
const INDENT = ' '.repeat(WIDTH + WORD_WIDTH + 6);

function seconds(value: number): string {
  if (Math.abs(value) >= 172_800) return `${Math.floor(value / 86_400)} days`;
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${Number(value.toPrecision(3))} s`;
}

function amount({ metric, value }: Sample): string {
  switch (MEASUREMENTS[metric].unit) {
    case 'seconds':
      return seconds(value);
    case 'ratio':
      return `${Number((100 * value).toFixed(1))} %`;
    case 'timestamp':
      return new Date(value * 1000).toISOString().slice(0, 10);
    default:
      return String(Number(value.toPrecision(6)));
  }
}

/** A metric as words: crm_login_duration_seconds is "login duration". */
function wordsOf(metric: string): string {
  return metric
    .replace(/^crm_/, '')
    .replace(/_(?:seconds|ratio)$/, '')
    .replace(/_timestamp$/, '')
    .replaceAll('_', ' ');
}

/** "jobs pending 0, running 0; job oldest pending age 0 ms". */
function samplesText(samples: readonly Sample[]): string {
  const shown = samples.filter(({ metric }) => MEASUREMENTS[metric].unit !== 'native');
  return [...Map.groupBy(shown, ({ metric }) => wordsOf(metric))]
    .map(([words, group]) => {
      const each = group.map((sample) => [...labelsOf(sample), amount(sample)].join(' '));
      return `${words} ${[...new Set(each)].join(', ')}`;
    })
    .join('; ');
}

/** The object has a line of its own. */
function labelsOf({ labels }: Pick<Sample, 'labels'>): readonly string[] {
  return Object.entries(labels).flatMap(([name, value]) => (name === 'object' ? [] : [value]));
}

/** What is unknown, once for each reason, and what can be done about it. */
function unknownTexts({ result }: ProbeRun, where: Circumstances): readonly string[] {
  if (!result.ok) return [];
  const groups = Map.groupBy(
    result.unknowns,
    ({ reason, detail }) => `${reason}: ${plain(detail)}`,
  );
  return [...groups].flatMap(([why, unknowns]) => {
    const names = new Set(unknowns.map((one) => [wordsOf(one.metric), ...labelsOf(one)].join(' ')));
    const remedy = remedyOfUnknown(unknowns[0]?.reason ?? '', where);
    return [
      `unknown: ${[...names].join(', ')}: ${why}`,
      ...(remedy === undefined ? [] : [`remedy: ${remedy}`]),
    ];
  });
}

/** The first text stands beside the name, the others below. */
function lines(name: string, word: string, texts: readonly string[]): readonly string[] {
  const [first = '', ...rest] = texts.filter((text) => text !== '');
  return [
    `  ${name.padEnd(WIDTH)}  ${word.padEnd(WORD_WIDTH)}  ${first}`.trimEnd(),
    ...rest.map((text) => `${INDENT}${text}`),
  ];
}

function failureText({ reason, detail }: Failure): string {
  return `${reason}: ${plain(detail)}`;
}

/** What one probe told, what it did not, and what to do about that. */
export function describeProbeLook(
  look: ProbeLook,
  platform: Platform,
  where: Circumstances,
): readonly string[] {
  const { kind, run } = look;
  const word = WORDS[judgeLook(look)];
  if (run === undefined) {
    const source = platform.sources[kind];
    const why = 'not' in source ? source.not : `not configured; it comes from ${source.from}`;
    return lines(kind, word, [why]);
  }
  const { result } = run;
  if (!result.ok) {
    const { failure } = result;
    // One that ends the trial is explained at its end.
    const remedy = isDecisive(kind) ? '' : `remedy: ${remedyOf(kind, failure, where)}`;
    return lines(kind, word, [failureText(failure), remedy]);
  }
  const version = result.version === undefined ? '' : `version ${plain(result.version)}`;
  const told = [version, samplesText(result.samples)].filter((text) => text !== '').join('; ');
  return lines(kind, word, [told, ...unknownTexts(run, where)]);
}

/** What can be read of one object, and what its checks measured. */
export function describeObjectLook(
  { object, proposed, run, failure }: ObjectLook,
  where: Circumstances,
): readonly string[] {
  const failed = failure ?? (run?.result.ok === false ? run.result.failure : undefined);
  if (failed !== undefined) {
    const remedy = remedyOf('data_quality', failed, where);
    return lines(object, 'no', [failureText(failed), `remedy: ${remedy}`]);
  }
  const leftOut = proposed?.leftOut ?? [];
  return lines(object, leftOut.length === 0 ? 'yes' : 'partly', [
    samplesText(run?.result.samples ?? []),
    ...leftOut.map((why) => `left out: ${plain(why)}`),
  ]);
}

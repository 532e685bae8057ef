import type { ProbeKindName } from '../catalog/catalog.ts';
import { PLAIN_SCRAPE, renderProbe } from '../exporter/exposition/exposition.ts';
import type { AnsweredRun } from '../exporter/exposition/exposition.ts';
import type { ScheduledProbe, SharedAnswer, SharedRuns } from '../exporter/scheduler/scheduler.ts';
import type { Clock } from '../std/std.ts';
import type { ProbeAnswer, ProbeRequestOptions } from '../web/web.ts';
import type { Target, Targets } from './targets.ts';

type Parts = {
  readonly targets: Targets;
  readonly sharedRuns: SharedRuns;
  readonly clock: Clock;
  /** Takes every secret that is known out of a text. */
  readonly hide: (text: string) => string;
};

/** Prometheus itself forgets a series after this time. */
const STALENESS_MS = 300_000;

type Answered = AnsweredRun & { readonly log: readonly string[] };

/** Asks for several probes of one target at once. Never refuses because of what the CRM does. */
export async function answerProbe(
  parts: Parts,
  name: string,
  modules: readonly string[],
  options: ProbeRequestOptions,
): Promise<ProbeAnswer> {
  const target = parts.targets.find(name);
  if (target === undefined) {
    const known = parts.targets.all.map(({ config }) => config.name);
    return { kind: 'unknown_target', known, ...(name === '' ? {} : { asked: name }) };
  }
  const known = target.plan.scheduled.map(({ probe }) => probe);
  const unknown = modules.find((module) => !(known as readonly string[]).includes(module));
  if (unknown !== undefined) return { kind: 'unknown_module', known, asked: unknown };
  const wanted = target.plan.scheduled.filter(
    ({ probe }) => modules.length === 0 || modules.includes(probe),
  );
  const answers = await Promise.all(
    wanted.map(async (scheduled) => answerModule(parts, target, scheduled, options)),
  );
  if (!options.debug) return { kind: 'ok', ...(await renderProbe(answers, options.scrape)) };
  const page = await renderProbe(answers, { ...PLAIN_SCRAPE, names: options.scrape.names });
  const comments = parts.hide(answers.map((answer) => debugComments(target, answer)).join(''));
  return { kind: 'ok', ...page, body: [Buffer.from(comments), ...page.body] };
}

async function answerModule(
  { sharedRuns, clock }: Parts,
  { config, connector }: Target,
  scheduled: ScheduledProbe,
  options: ProbeRequestOptions,
): Promise<Answered> {
  const { intervalMs, minimumIntervalMs } = config.probes[scheduled.probe];
  const startedAtMs = clock.now();
  const startMs = clock.monotonicMs();
  const answer = await sharedRuns.ask(scheduled, {
    deadlineMs: options.timeoutMs,
    // Who debugs wants to see it happen.
    minimumIntervalMs: options.debug ? 0 : minimumIntervalMs,
    maximumAgeMs: options.debug ? 0 : Math.max(STALENESS_MS, 2 * intervalMs, minimumIntervalMs),
    signal: options.signal,
  });
  if (answer.kind === 'answered') return answer;
  const { reason, detail } = failureOf(answer.kind, options.timeoutMs);
  return {
    ageSeconds: 0,
    log: [`failed: ${reason}: ${detail}`],
    run: {
      target: config.name,
      platform: connector.platform,
      probe: scheduled.probe,
      result: { ok: false, failure: { reason, detail }, samples: [] },
      startedAtMs,
      endedAtMs: clock.now(),
      durationSeconds: (clock.monotonicMs() - startMs) / 1000,
    },
  };
}

function failureOf(
  kind: Exclude<SharedAnswer['kind'], 'answered'>,
  timeoutMs: number,
): { readonly reason: 'timeout' | 'quota_exhausted'; readonly detail: string } {
  switch (kind) {
    case 'late':
      return {
        reason: 'timeout',
        detail: `no answer within ${timeoutMs} ms; the probe goes on for the next scrape`,
      };
    case 'hung_up':
      return { reason: 'timeout', detail: 'the caller hung up' };
    case 'shed':
      return {
        reason: 'quota_exhausted',
        detail: 'the API budget of the target does not allow a run now',
      };
  }
}

/** Comment lines before the metrics: what the probe logged and the settings it ran with. */
function debugComments(target: Target, { run, log, ageSeconds }: Answered): string {
  const kind: ProbeKindName = run.probe;
  const { intervalMs, retryIntervalMs, maxAttempts, timeoutMs, minimumIntervalMs, options } =
    target.config.probes[kind];
  const settings = {
    intervalMs,
    retryIntervalMs,
    maxAttempts,
    timeoutMs,
    minimumIntervalMs,
    options,
  };
  const failed = run.result.ok
    ? []
    : [`failed: ${run.result.failure.reason}: ${run.result.failure.detail}`];
  const comments = [
    `module ${kind} of target ${run.target}, age ${ageSeconds} s`,
    `settings ${JSON.stringify(settings)}`,
    ...(log.length === 0 ? ['the probe logged nothing'] : log),
    ...failed.filter((line) => !log.includes(line)),
  ];
  return comments.map((comment) => `# ${comment.replaceAll(/[\r\n]+/g, ' ')}\n`).join('');
}

/** The page of one run in the history. */
export async function runPage(
  run: AnsweredRun['run'],
  log: readonly string[],
  hide: (text: string) => string,
): Promise<string> {
  const page = await renderProbe([{ run, ageSeconds: 0 }], PLAIN_SCRAPE);
  const head = `# ${run.probe} of ${run.target}, started ${new Date(run.startedAtMs).toISOString()}`;
  const failed = run.result.ok
    ? []
    : [`# failed: ${run.result.failure.reason}: ${run.result.failure.detail}`];
  const lines = log.length === 0 ? ['# the probe logged nothing'] : log.map((line) => `# ${line}`);
  const comments = [head, ...lines, ...failed].map((line) => line.replaceAll(/[\r\n]+/g, ' '));
  return `${hide(comments.join('\n'))}\n${Buffer.concat(page.body).toString()}`;
}

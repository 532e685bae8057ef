import type { Request } from 'express';
import { hangUpSignal, queryOf, scrapeOf, sendRendered, sendText } from './routes.ts';
import type { Handler } from './routes.ts';
import type { ExporterService, ProbeAnswer } from './services.ts';

export const DEFAULT_PROBE_TIMEOUT_MS = 10_000;
const MINIMUM_PROBE_TIMEOUT_MS = 100;
const MAXIMUM_PROBE_TIMEOUT_MS = 3_600_000;

/**
 * How long a probe may take: Prometheus' own deadline, less what is needed to answer. Prometheus sends it as
 * `X-Prometheus-Scrape-Timeout-Seconds`; one that cannot be read counts as none.
 */
export function probeTimeoutMs(header: string | undefined, offsetMs: number): number {
  const seconds = Number(header ?? Number.NaN);
  if (!Number.isFinite(seconds) || seconds <= 0) return DEFAULT_PROBE_TIMEOUT_MS;
  const timeoutMs = Math.min(seconds * 1000, MAXIMUM_PROBE_TIMEOUT_MS) - offsetMs;
  return Math.max(MINIMUM_PROBE_TIMEOUT_MS, Math.round(timeoutMs));
}

/** `module=a,b` and `module=a&module=b` mean the same; none means all. */
function modulesOf(request: Request): readonly string[] {
  const search = new URLSearchParams(request.originalUrl.split('?')[1] ?? '');
  const named = search.getAll('module').flatMap((list) => list.split(','));
  return [...new Set(named.map((name) => name.trim()).filter((name) => name !== ''))];
}

/** Why the query cannot be answered whatever the configuration; undefined when it can. */
function queryProblem(
  query: ReadonlyMap<string, string>,
  modules: readonly string[],
  maximum: number,
): string | undefined {
  if (query.has('kind')) return '"kind" is called "module"; write module=NAME or module=NAME,NAME';
  if (modules.length > maximum) {
    return `${modules.length} modules are more than the limit of ${maximum}; ask for them in several scrapes, or raise exporter.limits.modules_per_probe`;
  }
  const debug = query.get('debug');
  if (debug !== undefined && debug !== 'true' && debug !== 'false') {
    return `"debug" is ${JSON.stringify(shorten(debug))}; write debug=true or leave it out`;
  }
  return undefined;
}

function shorten(text: string): string {
  return text.length <= 64 ? text : `${text.slice(0, 64)}…`;
}

function refusal(answer: Exclude<ProbeAnswer, { kind: 'ok' }>): string {
  const word = answer.kind === 'unknown_target' ? 'target' : 'module';
  const { asked } = answer;
  const found =
    asked === undefined ? `"${word}" is missing` : `unknown ${word} "${shorten(asked)}"`;
  const known = answer.known.length === 0 ? 'none is configured' : answer.known.join(', ');
  return `${found}; known: ${known}`;
}

/** One or more modules of one target, at once. 200 whatever the CRM does; 400 for what is not configured. */
export function probeHandler(service: ExporterService): Handler {
  return async (request, response) => {
    const query = queryOf(request);
    const modules = modulesOf(request);
    const { scrapeTimeoutOffsetMs, modulesPerProbe } = service.settings();
    const problem = queryProblem(query, modules, modulesPerProbe);
    if (problem !== undefined) {
      sendText(response, 400, problem);
      return;
    }
    const header = request.get('x-prometheus-scrape-timeout-seconds');
    const answer = await service.probe(query.get('target') ?? '', modules, {
      scrape: scrapeOf(request),
      timeoutMs: probeTimeoutMs(header, scrapeTimeoutOffsetMs),
      debug: query.get('debug') === 'true',
      signal: hangUpSignal(response),
    });
    if (answer.kind === 'ok') sendRendered(response, answer);
    else sendText(response, 400, refusal(answer));
  };
}

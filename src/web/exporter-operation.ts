import type { Express, Request, Response } from 'express';
import { probeHistoryPage } from '../console/console.ts';
import type { Clock } from '../std/std.ts';
import { queryOf, route, sendPage, sendText } from './routes.ts';
import type { DiscoveryFilters, ExporterService } from './services.ts';

const FILTERS = ['target', 'platform', 'module', 'area'] as const;

function isFilter(name: string): name is keyof DiscoveryFilters {
  return (FILTERS as readonly string[]).includes(name);
}

/** HTTP service discovery of Prometheus: always the whole list, and `[]` when nothing matches. */
type OwnAddress = { readonly listenHost: string; readonly scheme: 'http' | 'https' };

function answerDiscovery(
  service: ExporterService,
  { listenHost, scheme }: OwnAddress,
  request: Request,
  response: Response,
): void {
  const query = queryOf(request);
  const unknown = [...query.keys()].find((name) => !isFilter(name));
  if (unknown !== undefined) {
    const name = unknown.slice(0, 64);
    sendText(response, 400, `unknown parameter "${name}"; known: ${FILTERS.join(', ')}`);
    return;
  }
  // Prometheus reached this exporter under that name, so it will again.
  const address = request.get('host') ?? listenHost;
  const answer = service.discover(Object.fromEntries(query), address);
  if (answer.kind === 'ok') {
    // Byte for byte: express would add a charset, which JSON does not have.
    response.status(200).set('Cache-Control', 'no-store');
    response.setHeader('Content-Type', 'application/json');
    // Prometheus takes http where nothing is said.
    const groups =
      scheme === 'http'
        ? answer.groups
        : answer.groups.map((group) => ({
            ...group,
            labels: { __scheme__: scheme, ...group.labels },
          }));
    response.end(`${JSON.stringify(groups)}\n`);
    return;
  }
  const { filter, known } = answer;
  const value = (query.get(filter) ?? '').slice(0, 64);
  sendText(response, 400, `unknown ${filter} "${value}"; known: ${known.join(', ')}`);
}

async function answerReload(service: ExporterService, response: Response): Promise<void> {
  if (service.reload === null) {
    sendText(
      response,
      403,
      'Reloading over HTTP is not enabled; start with --web.enable-lifecycle, or send SIGHUP.',
    );
    return;
  }
  const answer = await service.reload();
  if (answer.kind === 'failed') {
    sendText(response, 500, `not reloaded, the old configuration stays in force: ${answer.why}`);
    return;
  }
  const { summary, unapplied } = answer;
  const rest = unapplied.length === 0 ? '' : `; needs a restart: ${unapplied.join(', ')}`;
  sendText(response, 200, `reloaded: ${summary}${rest}`);
}

async function answerHistory(
  service: ExporterService,
  clock: Clock,
  request: Request,
  response: Response,
): Promise<void> {
  const id = queryOf(request).get('id');
  if (id === undefined) {
    const view = { nowMs: clock.now(), entries: service.history() };
    sendPage(response, 200, probeHistoryPage(view));
    return;
  }
  const text = await service.historyEntry(id);
  if (text !== null) sendText(response, 200, text.trimEnd());
  else {
    sendText(response, 404, `no run "${id.slice(0, 64)}" is kept; see /history for those that are`);
  }
}

/** The pages with which people and programs operate an exporter. */
export function mountOperation(
  app: Express,
  service: ExporterService,
  clock: Clock,
  address: OwnAddress,
): void {
  route(app, '/sd', {
    GET: (request, response) => answerDiscovery(service, address, request, response),
  });
  route(app, '/config', {
    GET: (_request, response) => sendText(response, 200, service.effectiveConfig().trimEnd()),
  });
  route(app, '/history', {
    GET: async (request, response) => answerHistory(service, clock, request, response),
  });
  route(app, '/-/reload', {
    POST: [async (_request, response) => answerReload(service, response)],
  });
}

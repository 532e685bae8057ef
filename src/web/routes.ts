import type { Express, NextFunction, Request, Response } from 'express';
import type { RenderedPage, ScrapeRequest } from './services.ts';

export type Handler = (
  request: Request,
  response: Response,
  next: NextFunction,
) => void | Promise<void>;

export type MethodHandlers = { readonly GET?: Handler; readonly POST?: readonly Handler[] };

/** What stands in front of a route, from its path as it is declared and its method. */
export type Guard = (path: string, method: 'GET' | 'POST') => readonly Handler[];

/** Every route that is declared from now on is guarded; those declared before are for everybody. */
export function guardRoutes(app: Express, guard: Guard): void {
  app.locals['guard'] = guard;
}

/** One address and all that may be done with it; everything else is 405, and nothing is ever redirected. */
export function route(app: Express, path: string, methods: MethodHandlers): void {
  const allowed = Object.keys(methods).join(', ');
  const guard = (app.locals['guard'] as Guard | undefined) ?? ((): readonly Handler[] => []);
  const skipIfPossible: Handler = (request, _response, next) =>
    next(Object.hasOwn(methods, request.method) ? 'route' : undefined);
  // Who may not even look learns nothing of the address either.
  app.all(path, skipIfPossible, ...guard(path, 'GET'), (request, response) => {
    sendText(
      response.set('Allow', allowed),
      405,
      `${request.method} is not possible here; use ${allowed}.`,
    );
  });
  if (methods.GET !== undefined) app.get(path, ...guard(path, 'GET'), methods.GET);
  if (methods.POST !== undefined) app.post(path, ...guard(path, 'POST'), ...methods.POST);
}

export function sendText(response: Response, status: number, text: string): void {
  response
    .status(status)
    .set('Content-Type', 'text/plain; charset=utf-8')
    .set('Cache-Control', 'no-store')
    .send(`${text}\n`);
}

export function sendPage(response: Response, status: number, document: string): void {
  response
    .status(status)
    .set('Content-Type', 'text/html; charset=utf-8')
    .set('Cache-Control', 'no-store')
    .send(document);
}

/** Sent byte for byte: express would rewrite the parameters of a content type. */
export function sendRendered(response: Response, page: RenderedPage): void {
  response.status(200);
  response.setHeader('Content-Type', page.contentType);
  if (page.contentEncoding !== undefined) {
    response.setHeader('Content-Encoding', page.contentEncoding);
  }
  const length = page.body.reduce((sum, part) => sum + part.byteLength, 0);
  response.setHeader('Content-Length', length);
  response.setHeader('Vary', 'Accept, Accept-Encoding');
  response.setHeader('Cache-Control', 'no-store');
  // Held together until the end: a page of many parts would otherwise be as many writes.
  response.cork();
  for (const part of page.body) response.write(part);
  response.end();
}

/** What a request for metrics wants; `name[]` may be repeated. */
export function scrapeOf(request: Request): ScrapeRequest {
  const search = new URLSearchParams(request.originalUrl.split('?')[1] ?? '');
  return {
    accept: request.get('accept') ?? '',
    acceptEncoding: request.get('accept-encoding') ?? '',
    names: search.getAll('name[]').filter((name) => name !== ''),
  };
}

/** Query parameters as the standard reads them; empty values count as absent. */
export function queryOf(request: Request): ReadonlyMap<string, string> {
  const search = request.originalUrl.split('?')[1] ?? '';
  return new Map([...new URLSearchParams(search)].filter(([, value]) => value !== ''));
}

/** The caller hung up before it had its answer. */
export function hangUpSignal(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

export function wantsHtml(request: Request): boolean {
  return !request.path.startsWith('/api/') && (request.get('accept') ?? '').includes('text/html');
}

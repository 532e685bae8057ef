import type { ErrorRequestHandler, Request, Response } from 'express';
import { messagePage } from '../console/console.ts';
import type { PageContext } from '../console/console.ts';
import { CrmwatchError, errorMessage } from '../std/std.ts';
import type { Logger } from '../std/std.ts';
import { isApiPath, kindOfStatus, sendProblem } from './api/problem.ts';
import { sendPage, wantsHtml } from './routes.ts';

export type Refusal = {
  readonly status: number;
  readonly title: string;
  readonly message: string;
  readonly remedy: string;
  /** Where a page leads from here, when not to the incidents. */
  readonly link?: { readonly href: string; readonly label: string };
};

/** When to try again, where that may help. */
export function againOf(status: number): Readonly<Record<string, string>> {
  if (status === 503) return { 'Retry-After': '5' };
  return status === 429 ? { 'Retry-After': '60' } : {};
}

/** The same refusal as a page for people, as a problem document of the API, and as JSON for other programs. */
export function sendRefusal(
  request: Request,
  response: Response,
  refusal: Refusal,
  context: PageContext | null,
): void {
  const { status, title, message, remedy, link } = refusal;
  if (isApiPath(request.originalUrl)) {
    const kind = kindOfStatus(status);
    sendProblem(request, response, { kind, detail: message, remedy, headers: againOf(status) });
    return;
  }
  if (wantsHtml(request)) {
    sendPage(
      response,
      status,
      messagePage({ title, message, remedy, ...(link === undefined ? {} : { link }) }, context),
    );
    return;
  }
  response
    .status(status)
    .set(againOf(status))
    .set('Cache-Control', 'no-store')
    .json({ error: message, remedy });
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof CrmwatchError) {
    const unavailable = error.code === 'store_unavailable';
    const unknown = error.code === 'unknown_incident';
    return {
      status: unavailable ? 503 : unknown ? 404 : 500,
      title: unavailable ? 'Not possible right now' : unknown ? 'Not found' : 'That went wrong',
      message: error.message,
      remedy: error.remedy,
    };
  }
  const status = (error as { status?: unknown }).status;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const message = `The request cannot be read: ${errorMessage(error)}`;
    return { status, title: 'Not understood', message, remedy: 'Send it again, corrected.' };
  }
  return {
    status: 500,
    title: 'That went wrong',
    message: 'An unexpected error happened; nothing was changed by this request.',
    remedy: 'Try again; the log of crmwatch has the details.',
  };
}

/** The last handler: whatever was thrown becomes an answer that tells no secrets, and a line in the log. */
export function answerFailure(
  logger: Logger,
  contextOf: (request: Request) => PageContext | null,
): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const refusal = refusalOf(error);
    const fields = { path: request.path, problem: errorMessage(error) };
    if (refusal.status >= 500) logger.error('Request failed', fields);
    else logger.debug('Request refused', fields);
    sendRefusal(request, response, refusal, contextOf(request));
  };
}

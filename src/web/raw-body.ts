import type { Response } from 'express';

/** Sends what a sender delivered as a file that no browser shows or runs. */
export function sendRawBody(response: Response, id: number, body: Uint8Array): void {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Content-Disposition', `attachment; filename="delivery-${id}.txt"`);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cache-Control', 'no-store');
  response.end(body);
}

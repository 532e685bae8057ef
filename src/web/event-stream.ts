import type { Clock } from '../std/std.ts';
import type { Request, Response } from 'express';
import { queryOf, sendText } from './routes.ts';
import type { IncidentEvent, ResponderService } from './services.ts';

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 3000;
const MAXIMUM_STREAMS = 200;
/** A reader that leaves this much unread is cut off; it comes back with its last event id. */
const MAXIMUM_UNREAD_BYTES = 1_000_000;

export type EventStreams = {
  handle(request: Request, response: Response): void;
  /** Ends every stream, so that the server can stop. */
  closeAll(): void;
};

function frame(event: IncidentEvent): string {
  return `id: ${event.id}\nevent: incident\ndata: ${JSON.stringify(event)}\n\n`;
}

function lastEventId(request: Request): number | undefined {
  const header = request.get('last-event-id') ?? '';
  return /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

/**
 * Server-sent events (WHATWG HTML, section 9.2). Events carry ids and are replayed after a reconnect; a reader
 * that is new, or whose last event is no longer kept, is told by `snapshot` to look at everything afresh.
 */
export function createEventStreams(
  service: Pick<ResponderService, 'subscribe'>,
  clock: Clock,
): EventStreams {
  const open = new Set<() => void>();

  function start(request: Request, response: Response): void {
    const incident = queryOf(request).get('incident');
    const sinceId = lastEventId(request);
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.write(`retry: ${RETRY_MS}\n\n`);

    function send(text: string): void {
      response.write(text);
      if (response.writableLength > MAXIMUM_UNREAD_BYTES) end();
    }
    const subscription = service.subscribe((event) => {
      if (incident === undefined || event.incidentId === incident) send(frame(event));
    }, sinceId);
    if (sinceId === undefined || !subscription.complete) send('event: snapshot\ndata: {}\n\n');

    let heartbeat = clock.after(HEARTBEAT_MS, beat);
    function beat(): void {
      send('event: heartbeat\ndata: {}\n\n');
      heartbeat = clock.after(HEARTBEAT_MS, beat);
    }
    function end(): void {
      heartbeat.cancel();
      subscription.unsubscribe();
      open.delete(end);
      response.end();
    }
    open.add(end);
    response.once('close', end);
  }

  return {
    handle(request, response) {
      if (open.size < MAXIMUM_STREAMS) {
        start(request, response);
        return;
      }
      const text = `More than ${MAXIMUM_STREAMS} pages listen already; close some, or reload by hand.`;
      sendText(response.set('Retry-After', '30'), 503, text);
    },
    closeAll() {
      for (const end of open) end();
    },
  };
}

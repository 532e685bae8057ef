import type { Request, Response } from 'express';
import type { Clock } from '../std/std.ts';
import { isApiPath, sendProblem } from './api/problem.ts';
import { createJournalTail } from './journal-tail.ts';
import type { Follower, JournalSource, JournalTail } from './journal-tail.ts';
import { queryOf, sendText } from './routes.ts';
import type { IncidentEvent } from './services.ts';

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 3000;
const MAXIMUM_STREAMS = 200;
/** A reader that leaves this much unread is cut off; it comes back with its last event id. */
const MAXIMUM_UNREAD_BYTES = 1_000_000;
/** A reader that missed more is told to look at everything afresh, which is less work for both. */
const MAXIMUM_REPLAYED = 10_000;
const REPLAY_PAGE = 200;

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

/** Resolves when the reader has taken what was written, or has gone. */
async function drained(response: Response): Promise<void> {
  if (!response.writableNeedDrain || response.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}

/**
 * Server-sent events (WHATWG HTML, section 9.2). Their ids are those of the journal, from which a reader that comes
 * back is told what it missed, also by another replica or after a restart. One that is new, or missed too much,
 * is told by `snapshot` to look at everything afresh.
 */
export function createEventStreams(source: JournalSource, clock: Clock): EventStreams {
  const tail = createJournalTail(source, clock);
  const open = new Set<() => void>();
  return {
    handle(request, response) {
      if (open.size < MAXIMUM_STREAMS) {
        startStream({ tail, source, clock, open }, request, response);
        return;
      }
      const detail = `More than ${MAXIMUM_STREAMS} pages listen already.`;
      const remedy = 'Close some, or reload by hand.';
      const headers = { 'Retry-After': '30' };
      if (isApiPath(request.originalUrl)) {
        sendProblem(request, response, { kind: 'unavailable', detail, remedy, headers });
      } else sendText(response.set(headers), 503, `${detail} ${remedy}`);
    },
    closeAll() {
      for (const end of open) end();
    },
  };
}

type Parts = {
  readonly tail: JournalTail;
  readonly source: JournalSource;
  readonly clock: Clock;
  readonly open: Set<() => void>;
};

/** How far one reader is. While it catches up, what comes meanwhile is read from the journal like the rest. */
type Reader = { sentId: number; isLive: boolean; isOver: boolean };

function startStream(parts: Parts, request: Request, response: Response): void {
  const { tail, clock, open } = parts;
  const incident = queryOf(request).get('incident');
  const reader: Reader = { sentId: 0, isLive: false, isOver: false };
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
  function sendEvent(event: IncidentEvent): void {
    reader.sentId = event.id;
    if (incident === undefined || event.incidentId === incident) send(frame(event));
  }
  const follower = tail.follow((event) => {
    if (reader.isLive && event.id > reader.sentId) sendEvent(event);
  });
  let isStuck = false;
  let heartbeat = clock.after(HEARTBEAT_MS, beat);
  function beat(): void {
    // Whoever has read nothing since the beat before is gone without a word.
    if (isStuck && response.writableNeedDrain) {
      end();
      return;
    }
    isStuck = response.writableNeedDrain;
    // A reader of one incident moves on, too, and is not told of old things when it comes back.
    send(`${reader.isLive ? `id: ${reader.sentId}\n` : ''}event: heartbeat\ndata: {}\n\n`);
    heartbeat = clock.after(HEARTBEAT_MS, beat);
  }
  function end(): void {
    if (reader.isOver) return;
    reader.isOver = true;
    heartbeat.cancel();
    follower.leave();
    open.delete(end);
    response.end();
  }
  open.add(end);
  response.once('close', end);
  const snapshot = (id: number): void => send(`id: ${id}\nevent: snapshot\ndata: {}\n\n`);
  const catchingUp = catchUp(parts, reader, follower, {
    sinceId: lastEventId(request),
    snapshot,
    sendEvent,
    drained: async () => drained(response),
  });
  // Without the database there is nothing to tell; the reader comes back by itself.
  catchingUp.catch(end);
}

type Outlet = {
  readonly sinceId: number | undefined;
  readonly snapshot: (id: number) => void;
  readonly sendEvent: (event: IncidentEvent) => void;
  readonly drained: () => Promise<void>;
};

/** Sends what was missed, page by page and no faster than it is read, then makes the reader live without a gap. */
async function catchUp(
  { source }: Parts,
  reader: Reader,
  follower: Follower,
  { sinceId, snapshot, sendEvent, drained: takeIn }: Outlet,
): Promise<void> {
  await follower.ready;
  const isFromElsewhere =
    sinceId !== undefined &&
    sinceId > follower.position() &&
    sinceId > (await source.newestEventId());
  const position = follower.position();
  if (sinceId === undefined || isFromElsewhere || position - sinceId > MAXIMUM_REPLAYED) {
    reader.sentId = position;
    snapshot(position);
  } else reader.sentId = sinceId;

  while (!reader.isOver) {
    const limit = follower.position();
    if (reader.sentId >= limit) {
      // No turn of the event loop lies between the look and this, so nothing falls between the two.
      reader.isLive = true;
      return;
    }
    const events = await source.eventsAfter(reader.sentId, REPLAY_PAGE);
    const missed = events.filter(({ id }) => id <= limit);
    if (missed.length === 0) reader.sentId = limit;
    for (const event of missed) {
      if (reader.isOver) return;
      sendEvent(event);
      await takeIn();
    }
  }
}

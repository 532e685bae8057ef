import type { Request } from 'express';
import type { PageContext } from '../console/console.ts';
import type { Clock, Logger } from '../std/std.ts';
import type { Access } from './access/access.ts';
import type { EventStreams } from './event-stream.ts';
import type { ResponderService } from './services.ts';

export type ConsoleOptions = {
  readonly service: ResponderService;
  readonly access: Access;
  readonly streams: EventStreams;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hosts: readonly string[];
};

/** What a page knows about its reader; null when they are not signed in. */
export function pageContextOf(
  options: Pick<ConsoleOptions, 'access' | 'clock' | 'service'>,
): (request: Request) => PageContext | null {
  return (request) => {
    const identity = options.access.identify(request);
    if (identity === null) return null;
    return { nowMs: options.clock.now(), version: options.service.version, ...identity };
  };
}

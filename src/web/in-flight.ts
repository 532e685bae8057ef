import { sendText } from './routes.ts';
import type { Handler } from './routes.ts';
import type { ExporterService } from './services.ts';

const RETRY_AFTER_SECONDS = 1;

/** Turns a scrape away with 503 while too many are being answered, so that none of them takes for ever. */
export function limitInFlight(service: ExporterService): (handler: Handler) => Handler {
  let inFlightCount = 0;
  return (handler) => async (request, response, next) => {
    const { scrapesInFlight } = service.settings();
    if (inFlightCount >= scrapesInFlight) {
      service.countRefusedScrape(request.path);
      sendText(
        response.set('Retry-After', String(RETRY_AFTER_SECONDS)),
        503,
        `${inFlightCount} scrapes are being answered, which is the limit; ask less often or raise exporter.limits.scrapes_in_flight`,
      );
      return;
    }
    inFlightCount += 1;
    try {
      await handler(request, response, next);
    } finally {
      inFlightCount -= 1;
    }
  };
}

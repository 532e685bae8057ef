import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { errorMessage } from '../../std/std.ts';
import type { Clock, Logger } from '../../std/std.ts';
import { createPasswordCheck } from './password-check.ts';
import { createRateLimiter } from './rate-limiter.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { WebConfig, WebConfigSource } from './web-config.ts';

function refuse(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.end(`${text}\n`);
}

/**
 * Stands in front of an application and does what a web configuration file asks of every request: the rate limit, the
 * headers, the password. The file is read anew when it has changed; while it cannot be used, every request is
 * answered with 500, as exporters of Prometheus do: who breaks the file that guards a page must not open the page.
 */
export function guardApplication(
  application: RequestListener,
  source: WebConfigSource,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): RequestListener {
  const passwords = createPasswordCheck();
  // Like the file's choice of HTTP/2, the limit is that of the start: a new one would forget what was used.
  let limiter: RateLimiter | null | undefined;

  function limiterOf({ rateLimit }: WebConfig): RateLimiter | null {
    limiter ??= rateLimit === undefined ? null : createRateLimiter(rateLimit, clock);
    return limiter;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let config: WebConfig;
    try {
      config = source.current();
    } catch (error) {
      logger.error('the web configuration cannot be used', { problem: errorMessage(error) });
      refuse(response, 500, 'Internal Server Error: the web configuration cannot be used');
      return;
    }
    if (limiterOf(config)?.take() === false) {
      refuse(response, 429, 'Too Many Requests');
      return;
    }
    for (const [name, value] of Object.entries(config.headers)) response.setHeader(name, value);
    const { users } = config;
    if (users.size > 0 && !(await passwords.check(request.headers.authorization, users))) {
      response.setHeader('WWW-Authenticate', 'Basic');
      refuse(response, 401, 'Unauthorized');
      return;
    }
    application(request, response);
  }

  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      logger.error('a request could not be guarded', { problem: errorMessage(error) });
      response.destroy();
    });
  };
}

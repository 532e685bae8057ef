import { request } from 'node:http';
import { onTestFinished } from 'vitest';
import { createSeededRandom, createSilentLogger } from '../../src/std/std.ts';
import type { Logger } from '../../src/std/std.ts';
import { createExporterApp, createResponderApp, createWebServer } from '../../src/web/web.ts';
import type { ResponderAppOptions, Sender, WebApp } from '../../src/web/web.ts';
import type { Accounts } from '../../src/responder/accounts/accounts.ts';
import { createTestAccounts } from './accounts.ts';
import { createFakeExporter, createFakeResponder, readConsoleAssets } from './fake-services.ts';
import type { FakeExporter, FakeResponder } from './fake-services.ts';
import { createManualClock } from './manual-clock.ts';
import type { ManualClock } from './manual-clock.ts';

export type Started<S> = { readonly url: string; readonly service: S; readonly clock: ManualClock };

async function serve(app: WebApp, clock: ManualClock): Promise<string> {
  const server = createWebServer(app, { host: '127.0.0.1', port: 0, clock });
  const { url } = await server.start();
  onTestFinished(async () => server.stop());
  return url;
}

/** The responder's application on a free port over a fake responder; ends with the test. */
export async function startResponder(
  options: Partial<ResponderAppOptions> = {},
): Promise<Started<FakeResponder> & Pick<WebApp, 'handler'> & { readonly accounts: Accounts }> {
  const clock = createManualClock();
  const service = createFakeResponder(clock);
  const accounts = options.accounts ?? (await createTestAccounts(clock));
  service.tokens = accounts.tokens;
  const app = await createResponderApp({
    service,
    accounts,
    assets: readConsoleAssets(),
    clock,
    random: createSeededRandom(7),
    logger: createSilentLogger(),
    listenHost: '127.0.0.1',
    areAnswersChecked: true,
    ...options,
  });
  return { url: await serve(app, clock), service, clock, accounts, handler: app.handler };
}

export async function startExporter(): Promise<Started<FakeExporter>> {
  const clock = createManualClock();
  const service = createFakeExporter(clock);
  const logger = createSilentLogger();
  const app = createExporterApp({
    service,
    assets: readConsoleAssets(),
    clock,
    logger,
    listenHost: '127.0.0.1',
  });
  return { url: await serve(app, clock), service, clock };
}

export type RawAnswer = {
  readonly status: number;
  readonly body: string;
  readonly headers: NodeJS.Dict<string | string[]>;
};

/** A request with any header at all; fetch would forbid `Host` and `Sec-Fetch-Site`. */
export async function send(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const sent = request(url, { method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          headers: answer.headers,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A form as a browser sends it. */
export async function post(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  return send(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });
}

/** The secret in the forms of a page. */
export function formTokenOf(page: string): string {
  return /name="form_token"\s+value="([^"]*)"/.exec(page)?.[1] ?? '';
}

export function createBearerSender(name: string, ...tokens: readonly string[]): Sender {
  return { name, credential: { kind: 'bearer', tokens: () => tokens }, networks: [], kinds: [] };
}

export type RecordedLine = {
  readonly level: string;
  readonly message: string;
  readonly fields: unknown;
};

export function createRecordingLogger(): Logger & { readonly lines: RecordedLine[] } {
  const lines: RecordedLine[] = [];
  const record =
    (level: string) =>
    (message: string, fields: unknown = {}): void =>
      void lines.push({ level, message, fields });
  const logger = {
    lines,
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
    child: (): Logger => logger,
  };
  return logger;
}

import { createResponderSelfMetrics } from '../../src/app/responder-metrics.ts';
import { createResponderService } from '../../src/app/responder-service.ts';
import { createSilentLogger } from '../../src/std/std.ts';
import type { ResponderService } from '../../src/web/web.ts';
import { createTestAccounts } from './accounts.ts';
import { createTestResponder } from './responder.ts';
import type { TestResponder } from './responder.ts';
import { startResponder } from './start-web.ts';

export type RealResponder = TestResponder & {
  readonly url: string;
  readonly service: ResponderService;
};

/** The API over a real pipeline and a real database file; the web server ends with the test. */
export async function startRealResponder(file: string): Promise<RealResponder> {
  const responder = await createTestResponder({ file });
  const accounts = await createTestAccounts(responder.clock);
  const service = createResponderService({
    version: '0.1.0',
    pipeline: responder.pipeline,
    selfMetrics: createResponderSelfMetrics(createSilentLogger()),
    clock: responder.clock,
    watchdogLimitMs: 200_000,
    targetNames: ['shop'],
    tokens: accounts.tokens,
  });
  const { url } = await startResponder({ service });
  return { ...responder, url, service };
}

import { describe, expect, it } from 'vitest';
import { createReloader, unappliedKeys } from '../../src/app/exporter-reload.ts';
import { createProbeHistory } from '../../src/app/probe-history.ts';
import { createProbeLog } from '../../src/app/probe-log.ts';
import { renderEffectiveConfig } from '../../src/config/config.ts';
import { createSilentLogger } from '../../src/std/std.ts';
import { writeSmallConfig } from '../support/app-site.ts';
import { createRun, FAILED } from '../support/fake-run.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { createRecordingLogger } from '../support/start-web.ts';

describe('the log of one probe', () => {
  it('keeps its lines on one line each, within limits, and says how many it did not keep', () => {
    const own = createRecordingLogger();
    const limits = { logLinesPerProbe: 2, logLineLength: 20 };
    const { logger, lines } = createProbeLog(own, limits);
    logger.info('one\ntwo', { a: 1 });
    logger.child({ part: 'x' }).debug('x'.repeat(100));
    logger.warn('not kept');
    logger.error('not kept either');
    expect(lines).toEqual([
      'info one two {"a":1}',
      `debug ${'x'.repeat(13)}…`,
      '2 more lines were not kept',
    ]);
    expect(own.lines.map(({ message }) => message)).toEqual([
      'one\ntwo',
      'x'.repeat(100),
      'not kept',
      'not kept either',
    ]);
  });
});

describe('the log of one probe that was told a secret', () => {
  it('hides it before a line is cut, so that no part of it is left', () => {
    const hide = (text: string): string => text.replaceAll('canary-canary', '[hidden]');
    const limits = { logLinesPerProbe: 5, logLineLength: 20 };
    const { logger, lines } = createProbeLog(createSilentLogger(), limits, hide);
    logger.info('token is canary-canary', { token: 'canary-canary' });
    expect(lines).toEqual(['info token is [hidd…']);
  });
});

describe('the history of probes', () => {
  it('keeps failed runs when many passed ones come after them', () => {
    const history = createProbeHistory({ historyEntries: 3, failureHistoryEntries: 2 });
    const add = (startedAtMs: number, failed: boolean): void => {
      const run = failed ? createRun('shop', 'login', FAILED) : createRun('shop', 'login');
      history.add({ run: { ...run, startedAtMs }, log: [`info ${startedAtMs}`] });
    };
    for (const startedAtMs of [1, 2, 3]) add(startedAtMs, true);
    for (const startedAtMs of [4, 5, 6, 7, 8]) add(startedAtMs, false);
    expect(history.list().map(({ startedAtMs }) => startedAtMs)).toEqual([8, 7, 6, 3, 2]);
    const failed = history.list().at(-1);
    expect(failed).toMatchObject({ reason: 'tcp', target: 'shop', probe: 'login' });
    expect(failed?.id).toMatch(/^[0-9a-f]{16}$/);
    expect(history.find(failed?.id ?? '')?.log).toEqual(['info 2']);
    expect(history.find('nope')).toBeUndefined();
  });
});

describe('reloads', () => {
  it('come one after the other, and those that wait share the next one', async () => {
    using folder = createTemporaryFolder();
    const loaded = writeSmallConfig(folder.path);
    let running = 0;
    let applied = 0;
    const steps: PromiseWithResolvers<void>[] = [];
    const outcomes: boolean[] = [];
    const reloader = createReloader({
      loaded,
      clock: createManualClock(),
      logger: createSilentLogger(),
      async apply() {
        running += 1;
        applied += 1;
        expect(running).toBe(1);
        const step = Promise.withResolvers<void>();
        steps.push(step);
        await step.promise;
        running -= 1;
        return `number ${applied}`;
      },
      onReload: (succeeded) => outcomes.push(succeeded),
    });
    const first = reloader.reload();
    const others = [reloader.reload(), reloader.reload(), reloader.reload()];
    steps[0]?.resolve();
    expect(await first).toMatchObject({ kind: 'reloaded', summary: 'number 1' });
    await expect.poll(() => steps.length).toBe(2);
    steps[1]?.reject(new Error('a connector refused'));
    for (const other of others) {
      expect(await other).toEqual({ kind: 'failed', why: 'a connector refused' });
    }
    expect([applied, outcomes]).toEqual([2, [true, false]]);
    expect(reloader.last().failure).toBe('a connector refused');
  });

  it('name what they cannot change', () => {
    using folder = createTemporaryFolder();
    const { config } = writeSmallConfig(folder.path);
    expect(unappliedKeys(config, { ...config, targets: [] })).toEqual([]);
    const { exporter } = config;
    const limits = { ...exporter.limits, scrapesInFlight: 1 };
    expect(unappliedKeys(config, { ...config, exporter: { ...exporter, limits } })).toEqual([]);
    const changed = {
      ...config,
      logLevel: 'debug' as const,
      exporter: { ...exporter, schedule: false },
    };
    expect(unappliedKeys(config, changed)).toEqual(['log_level', 'exporter.schedule']);
  });
});

describe('the effective configuration', () => {
  it('has every default, references to secrets, and never a secret', () => {
    const authentication = { method: 'bearer', token: { environment: 'SHOP_TOKEN' } };
    const text = renderEffectiveConfig({
      targets: [
        {
          name: 'shop',
          connection: {
            platform: 'rest',
            url: 'https://user:hunter2@shop.example/api',
            authentication,
            password: 'hunter2',
          },
        },
      ],
    });
    expect(text).toContain('environment: SHOP_TOKEN');
    expect(text).toContain('listen: 127.0.0.1:9968');
    expect(text).toContain('cached_results: 10000');
    expect(text).toContain('url: https://<hidden>@shop.example/api');
    expect(text).toContain('password: <hidden>');
    expect(text).not.toContain('hunter2');
  });
});

import { describe, expect, it } from 'vitest';
import type { ProbeKindName } from '../../../src/catalog/catalog.ts';
import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { defaultTargetProbes, runProbe } from '../../../src/exporter/probes/probes.ts';
import type { ProbeRun } from '../../../src/exporter/probes/probes.ts';
import { createSilentLogger, sleep } from '../../../src/std/std.ts';
import type { Logger } from '../../../src/std/std.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import type { ManualClock } from '../../support/manual-clock.ts';

async function run(
  clock: ManualClock,
  probe: ProbeKindName,
  connector: Partial<Connector>,
  extra: { signal?: AbortSignal; logger?: Logger } = {},
): Promise<ProbeRun> {
  const whole: Connector = { platform: 'fake', close: async () => {}, ...connector };
  const options = defaultTargetProbes()[probe].options;
  const settings = { clock, logger: createSilentLogger(), timeoutMs: 1000, options, ...extra };
  return runProbe({ name: 'a', connector: whole }, probe, settings);
}

describe('runProbe', () => {
  it('measures the duration on the monotonic clock', async () => {
    const clock = createManualClock();
    const running = run(clock, 'login', {
      login: async () => {
        await sleep(clock, 300);
        return { ok: true, value: { durationSeconds: 0.3 } };
      },
    });
    clock.jump(-5000);
    await clock.advance(300);
    const finished = await running;
    expect(finished).toMatchObject({ target: 'a', platform: 'fake', durationSeconds: 0.3 });
    expect(finished.endedAtMs).toBeLessThan(finished.startedAtMs);
    expect(clock.pendingTimers()).toBe(0);
  });

  it('ends a connector that never answers, soon after the deadline', async () => {
    const clock = createManualClock();
    const running = run(clock, 'login', { login: () => new Promise(() => {}) });
    await clock.advance(1500);
    const { result, durationSeconds } = await running;
    expect(result).toMatchObject({ ok: false, failure: { reason: 'timeout' } });
    expect(durationSeconds).toBe(1.5);
    expect(clock.pendingTimers()).toBe(0);
  });

  it('calls what fails after the deadline a timeout, and keeps what was measured', async () => {
    const clock = createManualClock();
    const running = run(clock, 'reachability', {
      ping: async ({ signal }) => {
        await sleep(clock, 60_000, signal);
        return { ok: false, failure: { reason: 'tcp', detail: 'aborted' }, phases: { dns: 0.01 } };
      },
    });
    await clock.advance(1000);
    const { result } = await running;
    expect(result).toMatchObject({ ok: false, failure: { reason: 'timeout' } });
    expect(result.samples).toEqual([
      { metric: 'crm_phase_duration_seconds', labels: { phase: 'dns' }, value: 0.01 },
    ]);
  });

  it('turns an exception into reason internal; its message stays in the log', async () => {
    const errors: unknown[] = [];
    const logger = {
      ...createSilentLogger(),
      error: (_message: string, fields?: unknown) => void errors.push(fields),
    };
    const login = async (): Promise<never> => {
      throw new Error('password of ada@example.com');
    };
    const { result } = await run(createManualClock(), 'login', { login }, { logger });
    expect(result).toMatchObject({ ok: false, failure: { reason: 'internal' } });
    expect(JSON.stringify(result)).not.toContain('ada');
    expect(errors).toHaveLength(1);
  });

  it('ends at once when it is stopped', async () => {
    const clock = createManualClock();
    const abort = new AbortController();
    const login: Connector['login'] = async ({ signal }) => {
      await sleep(clock, 60_000, signal);
      return { ok: false, failure: { reason: 'tcp', detail: '' } };
    };
    const running = run(clock, 'login', { login }, { signal: abort.signal });
    abort.abort();
    expect((await running).durationSeconds).toBe(0);
  });
});

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Incident } from '../../../src/responder/incidents/incidents.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const WATCHDOG_LABELS = { alertname: 'CrmWatchdog', severity: 'none' };

let folder: TemporaryFolder;
let responder: TestResponder;

async function start(expected: readonly string[] = [], expectSeen = true): Promise<void> {
  const watchdog = { limitMs: 200_000, sources: expected, expectSeen };
  responder = await createTestResponder({
    file: join(folder.path, 'responder.db'),
    settings: { watchdog },
    sources: { 'am-1': 'main', 'am-2': 'main' },
    ...(responder === undefined ? {} : { clock: responder.clock }),
  });
  // Nothing of the outer world may prove that a pipe works.
  responder.world.verification = 'impossible';
}

beforeEach(() => {
  folder = createTemporaryFolder();
});

afterEach(async () => {
  await responder[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function beat(sender = 'am-1'): Promise<void> {
  const body = createWebhookBody([createAlert({ name: 'CrmWatchdog', labels: WATCHDOG_LABELS })]);
  await responder.pipeline.accept(body, sender, responder.clock.now());
  await responder.pipeline.settle();
}

async function pass(durationMs: number): Promise<void> {
  for (let goneMs = 0; goneMs < durationMs; goneMs += 5 * SECOND_MS) {
    await responder.clock.advance(5 * SECOND_MS);
    await responder.pipeline.settle();
  }
}

async function incidents(): Promise<readonly Incident[]> {
  return responder.pipeline.listIncidents();
}

const phases = async (): Promise<readonly string[]> =>
  (await incidents()).map(({ phase }) => phase);

describe('the watchdog', () => {
  it('opens an incident about the pipe when it stays away, and people are told', async () => {
    await start();
    await beat();
    await pass(3 * MINUTE_MS);
    expect(await incidents()).toEqual([]);
    await pass(MINUTE_MS);
    const [incident] = await incidents();
    expect(incident).toMatchObject({
      title: 'The alerting pipe of main is dead: no watchdog within 200 s',
      severity: 'critical',
      target: null,
      alerts: [{ name: 'CrmPipeDead', labels: { source: 'main' }, status: 'firing' }],
    });
    expect(responder.sent.map(({ notice }) => notice)).toContain('opened');
    await pass(10 * MINUTE_MS);
    expect((await incidents()).length).toBe(1);
  });

  it('brings it into verification when it returns, and proves recovery when it goes on', async () => {
    await start();
    await beat();
    await pass(5 * MINUTE_MS);
    expect(await phases()).toEqual(['repairing']);
    await beat('am-2');
    await pass(35 * SECOND_MS);
    expect(await phases()).toEqual(['verifying']);
    await pass(MINUTE_MS);
    const [verifying] = await incidents();
    expect(verifying?.verification).toMatchObject({
      outcome: 'failed',
      why: 'no further watchdog of main was delivered yet',
    });
    await beat('am-1');
    await pass(35 * SECOND_MS);
    expect(await phases()).toEqual(['resolved']);
  });

  it('reopens the incident when it stays away again', async () => {
    await start();
    await beat();
    await pass(5 * MINUTE_MS);
    await beat();
    await pass(MINUTE_MS);
    await beat();
    await pass(MINUTE_MS);
    expect(await phases()).toEqual(['resolved']);
    await pass(4 * MINUTE_MS);
    const [incident] = await incidents();
    expect(incident).toMatchObject({ reopenings: 1, alerts: [{ status: 'firing' }] });
  });

  it('is alive as long as one of two peers tells it', async () => {
    await start();
    await beat('am-1');
    for (let minute = 0; minute < 10; minute++) {
      await beat('am-2');
      await pass(MINUTE_MS);
    }
    expect(await incidents()).toEqual([]);
  });

  it('is missed from the start where it is expected, and never where nobody set it up', async () => {
    await start();
    await pass(20 * MINUTE_MS);
    expect(await incidents()).toEqual([]);
    await responder[Symbol.asyncDispose]();
    await start(['main']);
    await pass(4 * MINUTE_MS);
    const [incident] = await incidents();
    expect(incident?.alerts[0]?.labels['source']).toBe('main');
  });

  it('is not missed when the configuration says so', async () => {
    await start([], false);
    await beat();
    await pass(20 * MINUTE_MS);
    expect(await incidents()).toEqual([]);
  });

  it('is not missed for the time in which the responder was down, nor for a jump of the clock', async () => {
    await start();
    await beat();
    await responder[Symbol.asyncDispose]();
    await responder.clock.advance(60 * MINUTE_MS);
    await start();
    await pass(3 * MINUTE_MS);
    expect(await incidents()).toEqual([]);
    responder.clock.jump(10 * MINUTE_MS);
    await beat();
    await pass(MINUTE_MS);
    responder.clock.jump(-20 * MINUTE_MS);
    await pass(MINUTE_MS);
    await beat();
    await pass(3 * MINUTE_MS);
    expect(await incidents()).toEqual([]);
  });

  it('holds a dead pipe over a restart, and its return after a jump back of the clock', async () => {
    await start();
    await beat();
    await pass(5 * MINUTE_MS);
    await responder[Symbol.asyncDispose]();
    await start();
    await pass(MINUTE_MS);
    expect(await phases()).toEqual(['repairing']);
    responder.clock.jump(-10 * MINUTE_MS);
    await beat();
    await pass(MINUTE_MS);
    await beat();
    await pass(2 * MINUTE_MS);
    expect(await phases()).toEqual(['resolved']);
  });
});

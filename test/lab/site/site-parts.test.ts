import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { noteEvents, startAlertFeed } from './alert-feed.ts';
import { createFaultResolver } from './resolver.ts';
import type { FaultResolver } from './resolver.ts';
import { shortenRules } from './rules.ts';
import { createStallingClock } from './stalling-clock.ts';

describe('the clock of an exporter that stalls', () => {
  it('runs nothing while it stalls, and all that fell due when it goes on', async () => {
    const clock = createManualClock();
    const stalling = createStallingClock(clock);
    const ran: string[] = [];
    stalling.after(10, () => ran.push('before'));
    stalling.after(100, () => ran.push('during'));
    stalling.after(100, () => ran.push('cancelled')).cancel();
    const late = stalling.after(150, () => ran.push('cancelled late'));
    stalling.after(500, () => ran.push('after'));
    await clock.advance(50);
    stalling.stall();
    await clock.advance(200);
    late.cancel();
    expect(ran).toEqual(['before']);
    expect(stalling.monotonicMs()).toBe(250);
    stalling.goOn();
    expect(ran).toEqual(['before', 'during']);
    await clock.advance(300);
    expect(ran).toEqual(['before', 'during', 'after']);
  });
});

describe('the resolver', () => {
  const clock = createManualClock();
  const resolver = createFaultResolver(clock, { next: () => 0.5 });
  async function ask(trouble: FaultResolver['trouble']): Promise<string> {
    resolver.trouble = trouble;
    const answer = new Promise<string>((resolve) => {
      resolver.resolve('localhost', (error, [first]) =>
        resolve(error === null ? (first?.address ?? 'none') : String(Reflect.get(error, 'code'))),
      );
    });
    await clock.advance(10_000);
    return answer;
  }

  it('leads to loopback, to another address, or nowhere', async () => {
    expect(await ask({})).toBe('127.0.0.1');
    expect(await ask({ address: '192.0.2.77' })).toBe('192.0.2.77');
    expect(await ask({ code: 'ENOTFOUND' })).toBe('ENOTFOUND');
    expect(await ask({ code: 'EAI_AGAIN', ratio: 0.6, delayMs: 3000 })).toBe('EAI_AGAIN');
    expect(await ask({ code: 'EAI_AGAIN', ratio: 0.4 })).toBe('127.0.0.1');
  });
});

describe('the rules of the laboratory', () => {
  const repository = join(import.meta.dirname, '..', '..', '..');
  const read = (name: string): string =>
    readFileSync(join(repository, 'alert-rules', name), 'utf8');

  it('are those that ship with shorter windows', () => {
    for (const name of ['alerts.yaml', 'recording.yaml']) {
      const before = read(name);
      const after = shortenRules(before);
      expect(after).not.toContain('[5m]');
      expect(after).toContain('[1m]');
      const names = (text: string): readonly string[] =>
        [...text.matchAll(/(?:alert|record): (\S+)/g)].map(([, each = '']) => each);
      expect(names(after)).toEqual(names(before));
    }
    const alerts = shortenRules(read('alerts.yaml'));
    expect(alerts).toContain('max by (target, probe) (crm_probe_interval_seconds) + 60');
    expect(alerts).not.toMatch(/for: \dm/);
  });
});

describe('the alert feed', () => {
  const event = (over: Partial<AlertEvent>): AlertEvent => ({
    sender: 'alertmanager',
    fingerprint: 'f1',
    status: 'firing',
    name: 'CrmApiSlow',
    labels: { alertname: 'CrmApiSlow', target: 'a', severity: 'warning' },
    annotations: {},
    startsAtMs: 5,
    endsAtMs: null,
    generatorUrl: '',
    receivedAtMs: 6,
    ...over,
  });

  it('keeps what fires until it is resolved, and not the watchdog', () => {
    const firing = new Map<string, AlertEvent>();
    noteEvents(firing, [event({}), event({ fingerprint: 'f2', name: 'CrmWatchdog' })]);
    expect([...firing.keys()]).toEqual(['f1']);
    noteEvents(firing, [event({ status: 'resolved' })]);
    expect(firing.size).toBe(0);
  });

  it('takes what Alertmanager delivers, and knows what each target and its exporter have', async () => {
    const feed = await startAlertFeed(() => Date.UTC(2026, 0, 5, 9, 1));
    const alert = (labels: Readonly<Record<string, string>>, fingerprint: string): object => ({
      status: 'firing',
      labels,
      annotations: {},
      startsAt: '2026-01-05T09:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: '',
      fingerprint,
    });
    const body = {
      version: '4',
      groupKey: '{}',
      truncatedAlerts: 0,
      status: 'firing',
      receiver: 'crmwatch',
      groupLabels: {},
      commonLabels: {},
      commonAnnotations: {},
      externalURL: '',
      alerts: [
        alert({ alertname: 'CrmApiSlow', target: 'a', severity: 'critical' }, '1'),
        alert({ alertname: 'CrmExporterDown', instance: '127.0.0.1:7', severity: 'critical' }, '2'),
      ],
    };
    try {
      const url = `http://${feed.address}`;
      const post = (text: string): Promise<Response> => fetch(url, { method: 'POST', body: text });
      expect((await post(JSON.stringify(body))).status).toBe(200);
      expect((await post('nonsense')).status).toBe(400);
      expect((await fetch(`${url}/metrics`)).status).toBe(200);
      expect(feed.firing('a', '127.0.0.1:8').map(({ name }) => name)).toEqual(['CrmApiSlow']);
      expect(feed.firing('b', '127.0.0.1:7')).toEqual([
        {
          name: 'CrmExporterDown',
          severity: 'critical',
          labels: { alertname: 'CrmExporterDown', instance: '127.0.0.1:7', severity: 'critical' },
          startsAtMs: Date.UTC(2026, 0, 5, 9),
          words: [],
        },
      ]);
    } finally {
      await feed.stop();
    }
  });
});

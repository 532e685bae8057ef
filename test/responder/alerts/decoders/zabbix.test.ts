import { describe, expect, it } from 'vitest';
import { DECODERS } from '../../../../src/responder/alerts/alerts.ts';
import { SOURCE, decodeWhole, readFixture } from './support.ts';

type Parameters = Record<string, string>;

const PROBLEM = JSON.parse(readFixture('zabbix-problem.json')) as Parameters;

describe('events of Zabbix', () => {
  it('become an alert of trigger and host', () => {
    const [event] = decodeWhole('zabbix', PROBLEM);
    expect(event).toMatchObject({
      status: 'firing',
      name: 'ZabbixProblem',
      labels: {
        alertname: 'ZabbixProblem',
        host: 'crm-1',
        trigger_id: '16198',
        severity: 'warning',
        target: 'shop',
      },
      annotations: {
        summary: 'Load of crm-1 is too high (5m avg over 4)',
        value: expect.stringContaining('6.1'),
        event_id: '2301',
      },
      generatorUrl: expect.stringContaining('eventid=2301'),
      startsAtMs: Date.UTC(2026, 0, 5, 9),
      endsAtMs: null,
    });
    expect(event?.annotations).not.toHaveProperty('update');
  });

  it('are updated and recover under the same identity', () => {
    const [problem] = decodeWhole('zabbix', PROBLEM);
    const [update] = decodeWhole('zabbix', readFixture('zabbix-update.json'));
    const [recovery] = decodeWhole('zabbix', readFixture('zabbix-recovery.json'));
    expect(update).toMatchObject({
      fingerprint: problem?.fingerprint,
      status: 'firing',
      labels: { severity: 'critical' },
      annotations: { update: 'Taken over by the night shift' },
    });
    expect(recovery).toMatchObject({
      fingerprint: problem?.fingerprint,
      status: 'resolved',
      startsAtMs: Date.UTC(2026, 0, 5, 9),
      endsAtMs: Date.UTC(2026, 0, 5, 9, 30),
    });
  });

  it('take macros that Zabbix could not resolve for nothing', () => {
    const unresolved = {
      target: '{EVENT.TAGS.crmwatch_target}',
      trigger_description: '*UNKNOWN*',
      url: '{$ZABBIX.URL}/tr_events.php',
      event_timestamp: '',
    };
    const [event] = decodeWhole('zabbix', { ...PROBLEM, ...unresolved });
    expect(event?.labels).not.toHaveProperty('target');
    expect(event?.annotations).not.toHaveProperty('description');
    expect(event).toMatchObject({ generatorUrl: '', startsAtMs: SOURCE.receivedAtMs });
  });

  it.each(['1', '2', '3', '4'])('of source %s have no trigger and are no alert', (source) => {
    expect(decodeWhole('zabbix', { ...PROBLEM, event_source: source })).toEqual([]);
  });

  it.each([
    ['event_source', '9'],
    ['event_value', '2'],
    ['trigger_id', '{TRIGGER.ID}'],
    ['host', ''],
    ['severity', '6'],
  ])('are refused with a %s of %j', (place, value) => {
    const body = JSON.stringify({ ...PROBLEM, [place]: value });
    expect(DECODERS.zabbix(body, SOURCE)).toMatchObject({ ok: false, problems: [{ place }] });
  });

  it.each(['', '[]', '{"host":5}', 'null'])('are refused when they are %j', (body) => {
    expect(DECODERS.zabbix(body, SOURCE).ok).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { DECODERS } from '../../../../src/responder/alerts/alerts.ts';
import { SOURCE, decodeWhole, readFixture } from './support.ts';

/** The fixture with some macros changed, as the script would post it. */
function withMacros(file: string, changes: Record<string, string>): string {
  const macros = new URLSearchParams(readFixture(file));
  for (const [name, value] of Object.entries(changes)) macros.set(name, value);
  return macros.toString();
}

const SERVICE = 'nagios-service.txt';
const HOST = 'nagios-host.txt';

describe('events of Nagios and Icinga', () => {
  it('about a service become an alert of host and service', () => {
    expect(decodeWhole('nagios', readFixture(SERVICE))).toMatchObject([
      {
        status: 'firing',
        name: 'NagiosService',
        labels: {
          alertname: 'NagiosService',
          host: 'crm-1',
          service: 'HTTP & login',
          severity: 'critical',
          target: 'shop',
        },
        annotations: {
          summary: 'HTTP & login on crm-1 is CRITICAL',
          description: 'CRITICAL - Socket timeout "10" s <b>',
        },
        generatorUrl: 'https://wiki.example/http',
        startsAtMs: Date.UTC(2026, 0, 5, 9),
        endsAtMs: null,
      },
    ]);
  });

  it('about a host become an alert without what is no macro of it', () => {
    const [event] = decodeWhole('nagios', readFixture(HOST));
    expect(event).toMatchObject({
      name: 'NagiosHost',
      labels: { alertname: 'NagiosHost', host: 'crm-1', severity: 'critical' },
      startsAtMs: Date.UTC(2026, 0, 5, 9, 0, 0, 250),
    });
    expect(event?.labels).not.toHaveProperty('target');
  });

  it('of another severity and of the recovery have the same identity', () => {
    const [critical] = decodeWhole('nagios', readFixture(SERVICE));
    const [warning] = decodeWhole('nagios', withMacros(SERVICE, { SERVICESTATE: 'WARNING' }));
    const recovery = { SERVICESTATE: 'OK', LASTSERVICESTATECHANGE: '1767605400' };
    const [ok] = decodeWhole('nagios', withMacros(SERVICE, recovery));
    expect(warning).toMatchObject({
      fingerprint: critical?.fingerprint,
      labels: { severity: 'warning' },
    });
    expect(ok).toMatchObject({
      fingerprint: critical?.fingerprint,
      status: 'resolved',
      endsAtMs: Date.UTC(2026, 0, 5, 9, 30),
    });
  });

  it.each([
    [SERVICE, { SERVICESTATETYPE: 'SOFT' }],
    [SERVICE, { SERVICESTATE: 'OK', SERVICESTATETYPE: 'SOFT' }],
    [HOST, { HOSTSTATETYPE: 'SOFT' }],
    [SERVICE, { NOTIFICATIONTYPE: 'ACKNOWLEDGEMENT' }],
    [SERVICE, { NOTIFICATIONTYPE: 'FLAPPINGSTART', SERVICESTATE: 'OK' }],
    [HOST, { NOTIFICATIONTYPE: 'DOWNTIMESTART' }],
  ])('of %s with %j are no alert and no mistake', (file, changes) => {
    expect(decodeWhole('nagios', withMacros(file, changes))).toEqual([]);
  });

  it('may be a JSON map as well', () => {
    const body = JSON.stringify(Object.fromEntries(new URLSearchParams(readFixture(SERVICE))));
    expect(decodeWhole('nagios', body)).toEqual(decodeWhole('nagios', readFixture(SERVICE)));
  });

  it.each([
    ['', 'HOSTNAME'],
    ['<html>', 'HOSTNAME'],
    ['{"HOSTNAME":1}', ''],
    ['{"HOSTNAME"', ''],
    ['HOSTNAME=a', 'HOSTSTATE'],
    ['HOSTNAME=a&HOSTSTATE=BROKEN&HOSTSTATETYPE=HARD', 'HOSTSTATE'],
    ['HOSTNAME=a&HOSTSTATE=constructor&HOSTSTATETYPE=HARD', 'HOSTSTATE'],
    ['HOSTNAME=a&SERVICEDESC=b&SERVICESTATE=OK', 'SERVICESTATETYPE'],
  ])('are refused when they are %j', (body, place) => {
    expect(DECODERS.nagios(body, SOURCE)).toMatchObject({ ok: false, problems: [{ place }] });
  });
});

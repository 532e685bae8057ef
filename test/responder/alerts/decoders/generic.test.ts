import { describe, expect, it } from 'vitest';
import { DECODERS } from '../../../../src/responder/alerts/alerts.ts';
import { START_MS } from '../../../support/alerts.ts';
import { SOURCE, decodeWhole } from './support.ts';

const EVENT = { id: 'backup-7', status: 'firing', name: 'BackupFailed', target: 'shop' };

describe('generic events', () => {
  it('are decoded alone and in lists, with the time of receipt where none is told', () => {
    const told = {
      ...EVENT,
      severity: 'critical',
      summary: 'No backup since Monday',
      labels: { database: 'crm' },
      annotations: { owner: 'data' },
      url: 'https://backup.example/7',
    };
    const [event] = decodeWhole('generic', told);
    expect(event).toMatchObject({
      status: 'firing',
      name: 'BackupFailed',
      labels: {
        alertname: 'BackupFailed',
        target: 'shop',
        severity: 'critical',
        database: 'crm',
      },
      annotations: { owner: 'data', summary: 'No backup since Monday' },
      generatorUrl: 'https://backup.example/7',
      startsAtMs: START_MS,
      endsAtMs: null,
    });
    expect(decodeWhole('generic', { version: '1', events: [told] })).toEqual([event]);
  });

  it('are one alert by their id, whatever else changes', () => {
    const [fired] = decodeWhole('generic', EVENT);
    const [over] = decodeWhole('generic', { id: 'backup-7', status: 'resolved', name: 'Other' });
    expect(over).toMatchObject({ fingerprint: fired?.fingerprint, status: 'resolved' });
    expect(over?.endsAtMs).toBe(START_MS);
  });

  it('are one alert by name, target and labels without an id, whatever the severity', () => {
    const { id: _id, ...event } = EVENT;
    const print = (changes: object): string | undefined =>
      decodeWhole('generic', { ...event, ...changes })[0]?.fingerprint;
    expect(print({ severity: 'warning' })).toBe(print({ severity: 'critical' }));
    expect(print({ labels: { severity: 'critical' } })).toBe(print({}));
    expect(print({ target: 'other' })).not.toBe(print({}));
    expect(print({ labels: { a: 'b' } })).not.toBe(print({}));
  });

  it('says the end of what is over', () => {
    const times = { starts_at: '2026-01-05T08:00:00Z', ends_at: '2026-01-05T08:30:00Z' };
    const [event] = decodeWhole('generic', { ...EVENT, status: 'resolved', ...times });
    expect(event).toMatchObject({
      startsAtMs: Date.UTC(2026, 0, 5, 8),
      endsAtMs: Date.UTC(2026, 0, 5, 8, 30),
    });
  });

  it.each([
    [{ status: 'on' }, 'status'],
    [{ name: '' }, 'name'],
    [{ name: 7 }, 'name'],
    [{ severity: 'terrible' }, 'severity'],
    [{ id: 7 }, 'id'],
    [{ labels: [] }, 'labels'],
    [{ annotations: { a: 1 } }, 'annotations'],
    [{ starts_at: 'noon' }, 'starts_at'],
    [{ ends_at: 5 }, 'ends_at'],
  ])('refuses %j with its place, and keeps the others of the list', (changes, place) => {
    const bad = { ...EVENT, ...changes };
    expect(DECODERS.generic(JSON.stringify(bad), SOURCE)).toMatchObject({
      ok: false,
      problems: [{ place }],
    });
    const list = JSON.stringify({ events: [bad, EVENT] });
    expect(DECODERS.generic(list, SOURCE)).toMatchObject({
      ok: true,
      events: [{ name: 'BackupFailed' }],
      problems: [{ place: `events[0].${place}` }],
    });
  });

  it.each([
    ['[]', ''],
    ['{"version":"2","events":[]}', 'version'],
    ['{"events":{}}', 'events'],
    ['no', ''],
  ])('refuses the body %s', (body, place) => {
    expect(DECODERS.generic(body, SOURCE)).toMatchObject({ ok: false, problems: [{ place }] });
  });
});

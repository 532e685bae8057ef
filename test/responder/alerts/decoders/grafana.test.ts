import { describe, expect, it } from 'vitest';
import { DECODERS } from '../../../../src/responder/alerts/alerts.ts';
import { SOURCE, decodeWhole, readFixture } from './support.ts';

describe("Grafana's webhook", () => {
  it('is decoded with its own fingerprints, its values and links', () => {
    const [slow, queue] = decodeWhole('grafana', readFixture('grafana.json'));
    expect(slow).toMatchObject({
      fingerprint: 'c6eadffa33fcdf37',
      status: 'firing',
      name: 'Slow CRM',
      labels: { target: 'shop', severity: 'critical' },
      annotations: {
        summary: 'Pages of shop take 9 seconds',
        value: '{"B":44.23943737541908,"C":1}',
        image_url: 'https://grafana.example/images/1.png',
        silence_url: expect.stringContaining('silence/new'),
      },
      startsAtMs: Date.UTC(2026, 0, 5, 8, 51, 3, 157),
      endsAtMs: null,
    });
    expect(queue).toMatchObject({
      fingerprint: 'bc97ff14869b13e3',
      status: 'resolved',
      endsAtMs: Date.UTC(2026, 0, 5, 8, 56, 3, 100),
    });
    expect(Object.keys(queue?.annotations ?? {})).toEqual([
      'silence_url',
      'dashboard_url',
      'panel_url',
    ]);
  });

  it('of version 9 tells values as text', () => {
    const [slow] = decodeWhole('grafana', readFixture('grafana-9.json'));
    expect(slow?.annotations['value']).toContain('value=14151.331895396988');
  });

  it('is not taken for one of Alertmanager, nor the other way round', () => {
    const body = readFixture('grafana.json');
    expect(DECODERS.alertmanager(body, SOURCE)).toMatchObject({
      ok: false,
      problems: [{ place: 'version', message: 'expected text "4", found text "1"' }],
    });
    const other = body.replace('"version": "1"', '"version": "4"');
    expect(DECODERS.grafana(other, SOURCE)).toMatchObject({ ok: false });
  });
});

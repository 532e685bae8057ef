import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import type { ResponderConfig } from '../../src/config/config.ts';

function load(responder: string): ResponderConfig {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'crmwatch.yaml');
  const connection = `{ platform: rest, url: 'http://127.0.0.1:1', authentication: { method: none } }`;
  const targets = `targets:\n  - name: shop\n    connection: ${connection}\n`;
  writeFileSync(file, `${targets}responder:\n${responder}`);
  return loadConfig(file, {}).config.responder;
}

describe('maintenance in the configuration', () => {
  it('comes once, by the clock of a zone', () => {
    const { maintenance } = load(`  maintenance:
    - name: move
      reason: new data centre
      targets: [shop]
      from: 2026-12-01T22:00
      to: 2026-12-02T02:30
      timezone: Europe/Berlin
`);
    expect(maintenance).toEqual([
      {
        name: 'move',
        reason: 'new data centre',
        scope: { targets: ['shop'], labels: {} },
        timing: {
          kind: 'once',
          startsAtMs: Date.UTC(2026, 11, 1, 21),
          endsAtMs: Date.UTC(2026, 11, 2, 1, 30),
        },
      },
    ]);
  });

  it('comes again on some weekdays, or every day in UTC', () => {
    const { maintenance } = load(`  maintenance:
    - { name: a, reason: x, labels: { team: crm }, at: '02:05', for: 2h, weekdays: [sunday], timezone: Asia/Tokyo }
    - { name: b, reason: x, targets: [shop], at: '23:59', for: 90m }
`);
    expect(maintenance.map(({ timing }) => timing)).toMatchObject([
      { weekdays: ['sunday'], minuteOfDay: 125, durationMs: 7_200_000, timezone: 'Asia/Tokyo' },
      { minuteOfDay: 1439, durationMs: 5_400_000, timezone: 'UTC' },
    ]);
    const [, daily] = maintenance;
    expect(daily?.timing.kind === 'recurring' && daily.timing.weekdays.length).toBe(7);
  });

  it('tells which alerts wait, and when one flaps', () => {
    const { holdOff, flapping } = load(`  hold_off:
    - { alerts: [CrmDataLate], wait: 10m }
    - { severity: warning, wait: 2m }
  flapping: { enabled: false, interval: 1m }
`);
    expect(holdOff).toEqual([
      { alerts: ['CrmDataLate'], waitMs: 600_000 },
      { severity: 'warning', alerts: [], waitMs: 120_000 },
    ]);
    expect(flapping).toMatchObject({ isEnabled: false, intervalMs: 60_000, highPercent: 30 });
  });
});

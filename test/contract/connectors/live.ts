import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { openLiveTarget } from './live-target.ts';
import type { LiveSource, LiveTarget } from './live-target.ts';
import { examine } from './live-report.ts';
import type { LiveCall, LiveOptions, LiveReport } from './live-report.ts';
import {
  differencesOf,
  faultsOf,
  impossibleNumbersOf,
  tableOf,
  undeclaredOf,
} from './live-verdicts.ts';

type LiveTest = Partial<LiveOptions> & {
  /** What `platform` of the target has to be. */
  readonly platform: string;
  /** Called when the tests run. */
  readonly source: () => LiveSource;
  /** May lock the account; one log-in is tried. */
  readonly triesWrongSecret: boolean;
  /** Of the calls made. */
  readonly onTable: (table: string) => void;
};

/** Gentle with the CRM of somebody: one call at a time, and none of it longer than a monitor's. */
const DEFAULTS: LiveOptions = { timeoutMs: 300_000, pauseMs: 1000, largestScan: 20_000 };
const ON_WRONG_SECRET = 'gives authentication to a wrong secret';
const AN_HOUR_MS = 3_600_000;

/** The contract, as far as it can be held against a CRM that nobody may break, or write to. */
export function describeLive(title: string, test: LiveTest): void {
  describe(title, () => {
    let target: LiveTarget;
    let report: LiveReport;
    const open: Connector[] = [];
    const callTo = (name: string): LiveCall | undefined =>
      report.calls.find((call) => call.name === name);

    beforeAll(async () => {
      target = openLiveTarget(test.source());
      open.push(target.connector);
      expect(target.connection.platform, 'the platform of the target').toBe(test.platform);
      report = await examine(target, { ...DEFAULTS, ...test });
      test.onTable(tableOf(report));
    }, AN_HOUR_MS);
    afterAll(async () => {
      for (const connector of open.splice(0)) await connector.close();
    });

    it('can be reached, with its phases, and shows its certificate', () => {
      const { url } = target.connection;
      const ping = callTo('ping');
      expect(ping?.outcome ?? { ok: true }).toMatchObject({ ok: true });
      // A database in a file has none.
      if (ping !== undefined && url !== undefined) {
        expect(ping.outcome).toHaveProperty('value.phases.http');
      }
      if (url?.startsWith('https:') !== true) return;
      expect(callTo('certificate')?.outcome).toMatchObject({ ok: true });
    });

    it('lets the monitor in', () => {
      expect(callTo('login')?.outcome ?? { ok: true }).toMatchObject({ ok: true });
    });

    it('answers every call, or says that the account may not see it', () => {
      expect(report.calls.length).toBeGreaterThan(0);
      expect(faultsOf(report)).toEqual([]);
    });

    it('tells numbers that can be', () => {
      expect(impossibleNumbersOf(report)).toEqual([]);
    });

    it('counts the records that it reads', () => {
      expect(differencesOf(report)).toEqual([]);
    });

    it.skipIf(!test.triesWrongSecret)(
      test.triesWrongSecret
        ? ON_WRONG_SECRET
        : `${ON_WRONG_SECRET} (CRMWATCH_LIVE_WRONG_SECRET is not 1)`,
      async () => {
        const { connector, hasSecrets } = target.openWithWrongSecrets();
        open.push(connector);
        const outcome = await connector.login?.({ timeoutMs: DEFAULTS.timeoutMs });
        if (outcome === undefined || !hasSecrets()) return;
        expect(outcome).toMatchObject({ ok: false, failure: { reason: 'authentication' } });
      },
      DEFAULTS.timeoutMs,
    );

    it('sent nothing but what reads', () => {
      expect(undeclaredOf(target.connection, target.sent)).toEqual([]);
    });
  });
}

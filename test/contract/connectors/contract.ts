import { beforeAll, describe, expect, it } from 'vitest';

import type { FailureReason } from '../../../src/catalog/catalog.ts';
import type { Connector, ScalarValue } from '../../../src/exporter/connectors/connectors.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createClosing } from '../../support/targets.ts';
import { makeTestCertificates } from '../../support/test-certificates.ts';
import type { TestCertificates } from '../../support/test-certificates.ts';
import { CALLS_WITHOUT_FACTS, callsOf, knownNumbersIn } from './calls.ts';
import type { ContractObject } from './calls.ts';
import { FAULTS, WRONG_SHAPES } from './faults.ts';

/** An answer of the platform itself to something that is wrong with it, or with the monitor. */
export type Trouble = {
  readonly name: string;
  /** The answer in place of the good one; undefined leaves that as it is. */
  readonly respond: (request: SeenRequest) => GoodAnswer | undefined;
  /** Calls that meet it, each with its reason; "unknown" when it has to succeed without any known number. */
  readonly expected: Readonly<Record<string, FailureReason | 'unknown'>>;
};

export type WebConnectorContract = ContractObject & {
  readonly name: string;
  /** A healthy server of the platform, in the shapes that its vendor documents; what it does not expect it answers with 404. */
  readonly respond: (request: SeenRequest) => GoodAnswer;
  readonly create: (url: string, authority: string) => Connector;
  /** Requests that a monitor may send. */
  readonly isReadOnly: (request: SeenRequest) => boolean;
  /** Where there are sessions or tokens: what gets one. */
  readonly isLogIn?: (request: SeenRequest) => boolean;
  /** Reasons other than the usual ones, by the name of the fault. */
  readonly reasons?: Readonly<Record<string, FailureReason>>;
  readonly troubles?: readonly Trouble[];
};

const CALL = { timeoutMs: 5000 };
const SHORT = { timeoutMs: 400 };
/** In which requests may carry what they prove. */
const SECRET_HEADERS = ['authorization', 'cookie', 'x-api-key', 'dolapikey', 'x-api-token'];

/** What every connector that speaks HTTP must do; run by the test of each. */
export function describeWebConnector(contract: WebConnectorContract): void {
  describe(`${contract.name}: contract`, () => {
    const closing = createClosing();
    let certificates: TestCertificates;
    beforeAll(async () => {
      certificates = await makeTestCertificates();
    });

    async function start(
      tls?: { key: string; cert: string },
      respond: WebConnectorContract['respond'] = contract.respond,
    ): Promise<[Connector, FaultServer]> {
      const server = await startFaultServer({ respond, ...(tls === undefined ? {} : { tls }) });
      const connector = contract.create(server.url, certificates.authority);
      return closing(connector, server);
    }

    /** What every call comes to, all at once. */
    async function outcomesOf(
      connector: Connector,
      call: { timeoutMs: number },
    ): Promise<[string, unknown][]> {
      const calls = Object.entries(callsOf(connector, contract));
      return Promise.all(calls.map(async ([name, run]) => [name, await run(call)]));
    }

    it('answers everything on a healthy server, reading only', async () => {
      const [connector, server] = await start(certificates.valid);
      expect(await connector.ping?.(CALL)).toMatchObject({ ok: true });
      for (const [name, run] of Object.entries(callsOf(connector, contract))) {
        expect(await run(CALL), name).toMatchObject({ ok: true });
      }
      const seen: ScalarValue[] = [];
      const scan = await connector.scan?.(CALL, contract.object, [contract.field], (rows) => {
        for (const row of rows) seen.push(row[contract.field] ?? null);
        return true;
      });
      if (scan !== undefined) {
        expect(scan).toEqual({ ok: true, value: { complete: true } });
        expect(seen).toEqual(contract.values);
      }
      expect(server.seen.filter((request) => !contract.isReadOnly(request))).toEqual([]);
    });

    it('counts pushed down are those of the records that it reads', async () => {
      const [connector] = await start();
      const { object, field, values } = contract;
      const filled = values.filter((value) => value !== null && value !== '');
      const [allowed] = filled.map(String);
      const aggregates = [
        { kind: 'rows' },
        { kind: 'missing', field },
        { kind: 'outside', field, values: [allowed ?? 'none'] },
      ] as const;
      const counted = await connector.aggregate?.(CALL, object, aggregates);
      if (counted?.ok !== true) return;
      const missing = values.length - filled.length;
      const outside = filled.filter((value) => String(value) !== allowed).length;
      for (const [index, expected] of [values.length, missing, outside].entries()) {
        const count = counted.value[index];
        if (count?.known === true) expect(count.value).toBe(expected);
        else expect(count?.reason).toBe('not_supported');
      }
    });

    it('times DNS, TCP, TLS and HTTP apart and sends no credentials with a ping', async () => {
      const [connector, server] = await start(certificates.valid);
      const outcome = await connector.ping?.(CALL);
      const phases = outcome?.ok === true ? Object.keys(outcome.value.phases) : [];
      expect(phases.sort()).toEqual(['http', 'tcp', 'tls']);
      for (const { headers } of server.seen) {
        expect(SECRET_HEADERS.filter((name) => headers[name] !== undefined)).toEqual([]);
        expect(JSON.stringify(headers)).not.toContain('s3cret');
      }
    });

    it.each(FAULTS)('says $reason, and nothing else, to $name', async ({ name, fault, reason }) => {
      const [connector, server] = await start();
      server.setFault(fault);
      // Only what never ends is worth waiting for a deadline.
      const limits = reason === 'timeout' ? SHORT : CALL;
      const startedAtMs = performance.now();
      const outcomes = await outcomesOf(connector, limits);
      expect(performance.now() - startedAtMs).toBeLessThan(limits.timeoutMs + 5000);
      const expected = contract.reasons?.[name] ?? reason;
      for (const [call, outcome] of outcomes) {
        const told = JSON.stringify(outcome);
        expect(outcome, `${call}: ${told}`).toMatchObject({
          ok: false,
          failure: { reason: expected },
        });
        expect(told).not.toContain('s3cret');
      }
    });

    it.each(WRONG_SHAPES)('makes no number of %s', async (body) => {
      // The log-in is good: this is about what follows it.
      const [connector] = await start(undefined, (request) =>
        contract.isLogIn?.(request) === true ? contract.respond(request) : { body },
      );
      for (const [call, outcome] of await outcomesOf(connector, CALL)) {
        if (CALLS_WITHOUT_FACTS.has(call)) continue;
        expect(knownNumbersIn(outcome), `${call}: ${JSON.stringify(outcome)}`).toEqual([]);
      }
    });

    it('says that the credentials are refused when they are revoked in the middle', async () => {
      const [probe, whole] = await start();
      for (const run of Object.values(callsOf(probe, contract))) await run(CALL);
      const total = whole.seen.length;
      for (const good of new Set([1, 2, Math.floor(total / 2), total - 1])) {
        let answered = 0;
        const [connector] = await start(undefined, (request) =>
          answered++ < good ? contract.respond(request) : { status: 401, body: {} },
        );
        for (const [name, run] of Object.entries(callsOf(connector, contract))) {
          const outcome = (await run(CALL)) as { ok: boolean; failure?: { reason: string } };
          if (!outcome.ok)
            expect(outcome.failure?.reason, `${name} after ${good}`).toBe('authentication');
        }
        expect(answered).toBeGreaterThan(good);
      }
    });

    for (const { name, respond, expected } of contract.troubles ?? []) {
      it(`says what it has to when ${name}`, async () => {
        const [connector] = await start(
          undefined,
          (request) => respond(request) ?? contract.respond(request),
        );
        const calls = callsOf(connector, contract);
        for (const [call, reason] of Object.entries(expected)) {
          const outcome = await calls[call]?.(CALL);
          const told = `${call}: ${JSON.stringify(outcome)}`;
          if (reason === 'unknown') {
            expect(outcome, told).toMatchObject({ ok: true });
            expect(knownNumbersIn(outcome), told).toEqual([]);
          } else expect(outcome, told).toMatchObject({ ok: false, failure: { reason } });
        }
      });
    }

    it('tells a closed port and bad certificates apart', async () => {
      const [connector, server] = await start();
      await server.close();
      const closed = { ok: false, failure: { reason: 'tcp' } };
      expect(await connector.ping?.(CALL)).toMatchObject(closed);
      for (const [pair, reason] of [
        [certificates.expired, 'certificate_expired'],
        [certificates.otherName, 'certificate_untrusted'],
      ] as const) {
        const [other, behind] = await start(pair);
        const refused = { ok: false, failure: { reason } };
        expect(await other.ping?.(CALL)).toMatchObject(refused);
        for (const [call, outcome] of await outcomesOf(other, CALL)) {
          expect(outcome, call).toMatchObject(refused);
        }
        expect(await other.certificate?.(CALL)).toMatchObject({ ok: true });
        expect(behind.seen).toEqual([]);
      }
    });

    it('ends when the caller gives up', async () => {
      const [connector, server] = await start();
      server.setFault({ kind: 'silent' });
      const outcome = await connector.latency?.({
        timeoutMs: 60_000,
        signal: AbortSignal.timeout(50),
      });
      expect(outcome).toMatchObject({ ok: false, failure: { reason: 'timeout' } });
    });

    it('refuses objects and fields that are not described', async () => {
      const [connector] = await start();
      const notFound = { ok: false, failure: { reason: 'not_found' } };
      const rows = [{ kind: 'rows' }] as const;
      const lost = [{ kind: 'missing', field: 'toString' }] as const;
      for (const outcome of [
        await connector.scan?.(CALL, 'constructor', [], () => true),
        await connector.scan?.(CALL, contract.object, ['toString'], () => true),
        await connector.aggregate?.(CALL, 'constructor', rows),
        await connector.aggregate?.(CALL, contract.object, lost),
      ]) {
        if (outcome !== undefined) expect(outcome).toMatchObject(notFound);
      }
    });
  });
}

import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { Connector, ScalarValue } from '../../../src/exporter/connectors/connectors.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import type { Fault, FaultServer, GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { makeTestCertificates } from '../../support/test-certificates.ts';
import type { TestCertificates } from '../../support/test-certificates.ts';

export type WebConnectorContract = {
  readonly name: string;
  /** A healthy server of the platform. */
  readonly respond: (request: SeenRequest) => GoodAnswer;
  readonly create: (url: string, authority: string) => Connector;
  /** An object with a field, and the values that the healthy server gives. */
  readonly object: string;
  readonly field: string;
  readonly values: readonly ScalarValue[];
  /** Requests that a monitor may send. */
  readonly isReadOnly: (request: SeenRequest) => boolean;
  /** What the platform means by 404. */
  readonly notFound: string;
};

const CALL = { timeoutMs: 5000 };
const SHORT = { timeoutMs: 400 };

/** Every method that asks the server with credentials. */
function callsOf(connector: Connector): Readonly<Record<string, () => Promise<unknown>>> {
  return {
    login: async () => connector.login?.(SHORT),
    latency: async () => connector.latency?.(SHORT),
    jobs: async () => connector.jobs?.(SHORT, Date.now()),
    accounts: async () => connector.accounts?.(SHORT),
  };
}

/** What every connector that speaks HTTP must do; run by the test of each. */
export function describeWebConnector(contract: WebConnectorContract): void {
  describe(`${contract.name}: contract`, () => {
    const open: { close(): unknown }[] = [];
    let certificates: TestCertificates;
    beforeAll(async () => {
      certificates = await makeTestCertificates();
    });
    afterEach(async () => {
      for (const item of open.splice(0)) await item.close();
    });

    async function start(tls?: { key: string; cert: string }): Promise<[Connector, FaultServer]> {
      const { respond } = contract;
      const server = await startFaultServer({ respond, ...(tls === undefined ? {} : { tls }) });
      const connector = contract.create(server.url, certificates.authority);
      open.push(connector, server);
      return [connector, server];
    }

    it('answers everything on a healthy server, reading only', async () => {
      const [connector, server] = await start(certificates.valid);
      expect(await connector.ping?.(CALL)).toMatchObject({ ok: true });
      for (const [name, call] of Object.entries(callsOf(connector))) {
        expect(await call(), name).toMatchObject({ ok: true });
      }
      const seen: ScalarValue[] = [];
      const scan = await connector.scan?.(CALL, contract.object, [contract.field], (rows) => {
        for (const row of rows) seen.push(row[contract.field] ?? null);
        return true;
      });
      expect(scan).toEqual({ ok: true, value: { complete: true } });
      expect(seen).toEqual(contract.values);
      expect(server.seen.filter((request) => !contract.isReadOnly(request))).toEqual([]);
    });

    it('times DNS, TCP, TLS and HTTP apart and sends no credentials with a ping', async () => {
      const [connector, server] = await start(certificates.valid);
      const outcome = await connector.ping?.(CALL);
      const phases = outcome?.ok === true ? Object.keys(outcome.value.phases) : [];
      expect(phases.sort()).toEqual(['http', 'tcp', 'tls']);
      expect(server.seen.every(({ headers }) => headers['authorization'] === undefined)).toBe(true);
    });

    it.each<[string, Fault]>([
      ['authentication', { kind: 'answer', status: 401 }],
      ['authorization', { kind: 'answer', status: 403 }],
      [contract.notFound, { kind: 'answer', status: 404 }],
      ['rate_limited', { kind: 'answer', status: 429 }],
      ['server_error', { kind: 'answer', status: 500 }],
      ['server_error', { kind: 'answer', status: 502, body: '<html>', headers: { 'content-type': 'text/html' } }],
      ['bad_payload', { kind: 'answer', status: 302, headers: { location: '/login' } }],
      ['bad_payload', { kind: 'login_page' }],
      ['bad_payload', { kind: 'truncated', body: '{"data": [' }],
      ['bad_payload', { kind: 'half_json' }],
      ['bad_payload', { kind: 'empty' }],
      ['timeout', { kind: 'slow_loris' }],
      ['timeout', { kind: 'silent' }],
      ['tcp', { kind: 'hang_up' }],
    ])('fails with %s, and nothing else, on %j', async (reason, fault) => {
      const [probe] = await start();
      for (const name of Object.keys(callsOf(probe))) {
        const [connector, server] = await start();
        server.setFault(fault);
        const startedAtMs = performance.now();
        const outcome = await callsOf(connector)[name]?.();
        expect(performance.now() - startedAtMs).toBeLessThan(SHORT.timeoutMs + 1000);
        expect(outcome, name).toMatchObject({ ok: false, failure: { reason } });
        expect(JSON.stringify(outcome)).not.toContain('s3cret');
      }
    }); // prettier-ignore

    it('tells a closed port and a bad certificate apart', async () => {
      const [connector, server] = await start();
      await server.close();
      const closed = { ok: false, failure: { reason: 'tcp' } };
      expect(await connector.ping?.(CALL)).toMatchObject(closed);
      const [expired, behind] = await start(certificates.expired);
      const refused = { ok: false, failure: { reason: 'certificate_expired' } };
      expect(await expired.ping?.(CALL)).toMatchObject(refused);
      expect(await expired.login?.(CALL)).toMatchObject(refused);
      expect(await expired.certificate?.(CALL)).toMatchObject({ ok: true });
      expect(behind.seen).toEqual([]);
    });

    it('ends when the caller gives up', async () => {
      const [connector, server] = await start();
      server.setFault({ kind: 'silent' });
      const outcome = await connector.accounts?.({
        timeoutMs: 60_000,
        signal: AbortSignal.timeout(50),
      });
      expect(outcome).toMatchObject({ ok: false, failure: { reason: 'timeout' } });
    });

    it('refuses objects and fields that are not described', async () => {
      const [connector] = await start();
      const notFound = { ok: false, failure: { reason: 'not_found' } };
      expect(await connector.scan?.(CALL, 'constructor', [], () => true)).toMatchObject(notFound);
      const field = await connector.scan?.(CALL, contract.object, ['toString'], () => true);
      expect(field).toMatchObject(notFound);
    });
  });
}

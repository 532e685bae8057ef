import { describe, expect, it } from 'vitest';

import { connectionDecoder } from '../../../src/exporter/connectors/connectors.ts';
import { decode } from '../../../src/std/std.ts';
import { connectorOf } from '../../support/connector-support.ts';
import type { GoodAnswer } from '../../support/fault-server.ts';
import { createClosing, createTargets } from '../../support/targets.ts';
import type { Target } from '../../support/targets.ts';
import { knownNumbersIn } from './calls.ts';
import { FAULTS, WRONG_SHAPES } from './faults.ts';

const CALL = { timeoutMs: 5000 };
const closing = createClosing();
const startTarget = createTargets(closing);

const connectionWith = (page: object): object => ({
  platform: 'espocrm',
  url: 'https://crm.example.com',
  authentication: { method: 'api_key', key: { environment: 'KEY' } },
  status_page: page,
});

const start = (page: object, respond: (path: string) => GoodAnswer): Promise<Target> =>
  startTarget({
    respond: ({ path }) => respond(path),
    connection: (url) => connectionWith({ ...page, url }),
    secrets: { KEY: 's3cret' },
  });

/** In the shape of Atlassian's Status API: page, components, incidents, scheduled_maintenances and status. */
const summary = (indicator: string, incidents = 0): object => ({
  page: { id: 'kctbh9vrtdwd', name: 'Example', url: 'https://status.example.com' },
  components: [{ id: 'b13yz5g2cw10', name: 'API', status: 'partial_outage' }],
  incidents: Array.from({ length: incidents }, () => ({ impact: 'minor', status: 'monitoring' })),
  scheduled_maintenances: [{ status: 'scheduled', impact: 'maintenance' }],
  status: { indicator, description: 'Partial System Outage' },
});

describe('a status page of Atlassian Statuspage', () => {
  it.each([
    ['none', 'operational'],
    ['maintenance', 'operational'],
    ['minor', 'degraded'],
    ['major', 'outage'],
    ['critical', 'outage'],
  ])('says %s, which is %s', async (indicator, state) => {
    const [connector, server] = await start({ format: 'statuspage' }, () => ({
      body: summary(indicator, 2),
    }));
    expect(await connector.vendorStatus?.(CALL)).toEqual({
      ok: true,
      value: { state: { known: true, value: state }, openIncidents: { known: true, value: 2 } },
    });
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v2/summary.json',
    ]);
    expect(JSON.stringify(server.seen[0]?.headers)).not.toContain('s3cret');
  });

  it('says a word that nobody knows: then nothing is known', async () => {
    const [connector] = await start({ format: 'statuspage' }, () => ({
      body: summary('constructor'),
    }));
    expect(await connector.vendorStatus?.(CALL)).toMatchObject({
      value: { state: { known: false, reason: 'undetermined' }, openIncidents: { value: 0 } },
    });
  });
});

describe('a status page of Instatus', () => {
  const page = (status: string, impacts?: readonly string[]): object => ({
    page: { name: 'Example', url: 'https://status.example.com', status },
    ...(impacts === undefined
      ? {}
      : { activeIncidents: impacts.map((impact) => ({ impact, status: 'INVESTIGATING' })) }),
  });
  it.each([
    ['UP', undefined, 'operational', 0],
    ['UNDERMAINTENANCE', undefined, 'operational', 0],
    ['HASISSUES', ['PARTIALOUTAGE'], 'degraded', 1],
    ['HASISSUES', ['MINOROUTAGE', 'MAJOROUTAGE'], 'outage', 2],
  ] as const)('says %s with %j', async (status, impacts, state, incidents) => {
    const [connector, server] = await start({ format: 'instatus' }, () => ({
      body: page(status, impacts),
    }));
    expect(await connector.vendorStatus?.(CALL)).toMatchObject({
      value: { state: { value: state }, openIncidents: { value: incidents } },
    });
    expect(server.seen.map(({ path }) => path)).toEqual(['/summary.json']);
  });
});

describe('the Trust Status API of Salesforce', () => {
  it.each([
    ['OK', 'operational'],
    ['MAINTENANCE_CORE', 'operational'],
    ['MAJOR_INCIDENT_NONCORE', 'degraded'],
    ['MINOR_INCIDENT_CORE', 'degraded'],
    ['MAJOR_INCIDENT_CORE', 'outage'],
  ])('says %s of an instance, which is %s', async (status, state) => {
    const format = { format: 'salesforce_trust', instance: 'EU45' };
    const [connector, server] = await start(format, () => ({ body: { key: 'EU45', status } }));
    expect(await connector.vendorStatus?.(CALL)).toMatchObject({
      value: { state: { value: state }, openIncidents: { reason: 'not_supported' } },
    });
    expect(server.seen.map(({ path }) => path)).toEqual(['/v1/instances/EU45/status']);
  });
});

describe('any status page', () => {
  const FORMATS = [
    { format: 'statuspage' },
    { format: 'instatus' },
    { format: 'salesforce_trust', instance: 'EU45' },
  ];
  it.each(FAULTS)('passes $reason on when it answers with $name', async ({ fault, reason }) => {
    for (const format of FORMATS) {
      const [connector, server] = await start(format, () => ({ body: {} }));
      server.setFault(fault);
      const limits = reason === 'timeout' ? { timeoutMs: 400 } : CALL;
      expect(await connector.vendorStatus?.(limits)).toMatchObject({
        ok: false,
        failure: { reason },
      });
    }
  });

  it.each(WRONG_SHAPES)('makes no state of %s', async (body) => {
    for (const format of FORMATS) {
      const [connector] = await start(format, () => ({ body }));
      expect(knownNumbersIn(await connector.vendorStatus?.(CALL))).toEqual([]);
    }
  });

  it('is not asked when none is configured', () => {
    const { status_page: _, ...connection } = connectionWith({}) as { status_page: unknown };
    const connector = connectorOf(connection, { KEY: 'k' });
    closing(connector);
    expect(connector.vendorStatus).toBeUndefined();
  });

  it.each([
    [{ format: 'rss', url: 'https://status.example.com' }, 'format'],
    [{ format: 'statuspage', url: 'status.example.com' }, 'url'],
    [{ format: 'salesforce_trust', url: 'https://api.status.salesforce.com' }, 'instance'],
    [
      {
        format: 'salesforce_trust',
        url: 'https://api.status.salesforce.com',
        instance: '../../v1',
      },
      'instance',
    ],
  ])('is refused as %j at %s', (page, place) => {
    const decoded = decode.run(connectionDecoder, connectionWith(page));
    expect(decoded.ok).toBe(false);
    expect(JSON.stringify(decoded)).toContain(`"status_page.${place}"`);
  });
});

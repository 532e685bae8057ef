import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../src/http/http.ts';
import type { HttpClient } from '../../../src/http/http.ts';
import { createUpstream } from '../../../src/responder/upstream/upstream.ts';
import type { UpstreamView } from '../../../src/responder/upstream/upstream.ts';
import { createSystemClock } from '../../../src/std/std.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import type { FaultServer } from '../../support/fault-server.ts';

const LABELS = { alertname: 'CrmUnreachable', target: 'shop', severity: 'critical' };
const STARTS_AT = '2026-01-05T09:00:00.123456Z';

/** As Alertmanager 0.25 answers. */
function heldAlert(changes: object = {}): object {
  return {
    annotations: { summary: 'down' },
    endsAt: '2026-01-05T09:05:00Z',
    fingerprint: 'aaaa000011112222',
    receivers: [{ name: 'crmwatch' }],
    startsAt: STARTS_AT,
    status: { inhibitedBy: [], silencedBy: [], state: 'active' },
    updatedAt: STARTS_AT,
    generatorURL: 'http://prometheus/graph',
    labels: LABELS,
    ...changes,
  };
}

const series = (metric: object, value = '1'): object => ({ metric, value: [1_767_603_600, value] });

/** What Prometheus answers to each question; the test changes it. */
type World = {
  alertmanager: unknown;
  alerts: object[];
  exporters: object[];
  targets: object[];
  groups: unknown;
};

let world: World;
let server: FaultServer;
let http: HttpClient;

beforeEach(async () => {
  world = {
    alertmanager: [heldAlert()],
    alerts: [
      series({ __name__: 'ALERTS', alertstate: 'firing', ...LABELS }),
      series({ __name__: 'ALERTS_FOR_STATE', ...LABELS }, '1767603000'),
    ],
    exporters: [series({})],
    targets: [series({ target: 'shop' })],
    groups: [group()],
  };
  server = await startFaultServer({
    respond({ path }) {
      const { pathname, searchParams } = new URL(path, 'http://any');
      if (pathname === '/api/v2/alerts') return { body: world.alertmanager };
      const expression = searchParams.get('query') ?? '';
      const results = [
        ['{__name__=~"ALERTS', world.alerts],
        ['max(up', world.exporters],
        ['group by', world.targets],
      ] as const;
      const result = results.find(([start]) => expression.startsWith(start))?.[1];
      const data = pathname === '/api/v1/rules' ? { groups: world.groups } : { result };
      return { body: { status: 'success', data } };
    },
  });
  http = createHttpClient({ allow: ['127.0.0.1'] }, { clock: createSystemClock() });
});

afterEach(async () => {
  http.close();
  await server.close();
});

function group(rule: object = {}): object {
  const lastEvaluation = new Date().toISOString();
  const base = { name: 'CrmUnreachable', health: 'ok', lastEvaluation, type: 'alerting' };
  return { name: 'crm', interval: 15, rules: [{ ...base, ...rule }] };
}

async function look(url = server.url): Promise<UpstreamView> {
  const upstream = createUpstream({
    alertmanagers: [
      {
        name: 'am:9093',
        source: 'main',
        receiver: 'crmwatch',
        url,
        authorization: 'Bearer secret',
      },
    ],
    prometheus: { url },
    http,
    timeoutMs: 2000,
  });
  return upstream.look();
}

async function alertmanagerAnswer(): Promise<UpstreamView['alertmanagers'][number]['answer']> {
  const [answer] = (await look()).alertmanagers;
  if (answer === undefined) throw new Error('no Alertmanager was asked');
  return answer.answer;
}

describe('a look at Alertmanager', () => {
  it('asks for all states with its credentials and reads what is held', async () => {
    world.alertmanager = [
      heldAlert(),
      heldAlert({
        fingerprint: 'bbbb',
        status: { inhibitedBy: ['x'], silencedBy: ['y'], state: 'suppressed' },
      }),
    ];
    const answer = await alertmanagerAnswer();
    expect(answer.known && [...answer.value.alerts.values()]).toMatchObject([
      {
        name: 'CrmUnreachable',
        labels: LABELS,
        state: 'active',
        isSilenced: false,
        isInhibited: false,
        receivers: ['crmwatch'],
        startsAtMs: Date.UTC(2026, 0, 5, 9, 0, 0, 123),
      },
      { fingerprint: 'bbbb', state: 'suppressed', isSilenced: true, isInhibited: true },
    ]);
    const request = server.seen.find(({ path }) => path.startsWith('/api/v2'));
    expect(request?.path).toContain('silenced=true&inhibited=true');
    expect(request?.headers['authorization']).toBe('Bearer secret');
  });

  it('keeps the fingerprint of an alert that it cannot read, so that it is not missing', async () => {
    world.alertmanager = [heldAlert({ labels: 5 }), heldAlert({ fingerprint: 'cc' })];
    const answer = await alertmanagerAnswer();
    expect(answer.known && [...answer.value.unreadable]).toEqual(['aaaa000011112222']);
    expect(answer.known && [...answer.value.alerts.keys()]).toEqual(['cc']);
  });

  it.each([
    ['an alert without a fingerprint', [heldAlert({ fingerprint: undefined })]],
    ['no list', { status: 'error' }],
    ['a text', '<html>'],
  ])('is unknown, with the reason, when it answers with %s', async (_, body) => {
    world.alertmanager = body;
    expect(await alertmanagerAnswer()).toMatchObject({ known: false, reason: 'bad_payload' });
  });

  it.each([
    [{ kind: 'answer', status: 503 }, 'server_error'],
    [{ kind: 'answer', status: 301, headers: { location: '/elsewhere' } }, 'server_error'],
    [{ kind: 'answer', status: 401 }, 'authentication'],
    [{ kind: 'login_page' }, 'bad_payload'],
    [{ kind: 'hang_up' }, 'tcp'],
    [{ kind: 'silent' }, 'timeout'],
  ] as const)('is unknown and never "no alerts" after %j', async (fault, reason) => {
    server.setFault(fault);
    const view = await look();
    expect(view.alertmanagers[0]?.answer).toMatchObject({ known: false, reason });
    expect(view.prometheus).toMatchObject({ known: false, reason });
  });

  it('never throws, whatever is in the list', async () => {
    const entry = fc.oneof(
      fc.anything(),
      fc.record({
        fingerprint: fc.string(),
        labels: fc.anything(),
        startsAt: fc.anything(),
        status: fc.anything(),
        receivers: fc.anything(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 4 }), async (list) => {
        world.alertmanager = JSON.parse(JSON.stringify(list)) as unknown;
        const answer = await alertmanagerAnswer();
        expect(typeof answer.known).toBe('boolean');
      }),
      { numRuns: 50 },
    );
  });
});

describe('a look at Prometheus', () => {
  it('tells alerts, rules and targets', async () => {
    const { prometheus } = await look();
    if (!prometheus.known) throw new Error(prometheus.detail);
    expect(prometheus.value.alerts.get('CrmUnreachable')).toEqual([
      {
        name: 'CrmUnreachable',
        state: 'firing',
        startsAtMs: 1_767_603_000_000,
        labels: LABELS,
      },
    ]);
    expect(prometheus.value.rules.get('CrmUnreachable')).toEqual({ isEvaluated: true, why: '' });
    expect(prometheus.value.isExporterUp).toBe(true);
    expect([...prometheus.value.targets]).toEqual(['shop']);
  });

  it.each([
    ['failed', { health: 'err' }, 'its rule fails in Prometheus'],
    [
      'has not run for long',
      { lastEvaluation: STARTS_AT },
      'Prometheus does not evaluate its rule',
    ],
    [
      'never ran',
      { lastEvaluation: '0001-01-01T00:00:00Z' },
      'Prometheus does not evaluate its rule',
    ],
  ])(
    'says that a rule is not evaluated when it %s, also beside a good one',
    async (_, rule, why) => {
      world.groups = [group(), group(rule), group()];
      const { prometheus } = await look();
      expect(prometheus.known && prometheus.value.rules.get('CrmUnreachable')).toEqual({
        isEvaluated: false,
        why,
      });
    },
  );

  it('is unknown as a whole when one question is not answered', async () => {
    world.groups = 'nothing';
    expect((await look()).prometheus).toEqual({
      known: false,
      reason: 'bad_payload',
      detail: 'its answer has no groups',
    });
  });

  it('sees an exporter that is down and one that is gone', async () => {
    world.exporters = [series({}, '0')];
    const down = (await look()).prometheus;
    world.exporters = [];
    const gone = (await look()).prometheus;
    expect([down, gone].map((answer) => answer.known && answer.value.isExporterUp)).toEqual([
      false,
      false,
    ]);
  });
});

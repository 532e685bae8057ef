import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transition } from '../../../src/responder/incidents/incidents.ts';
import type { Incident } from '../../../src/responder/incidents/incidents.ts';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import { createLabelIndex } from '../../../src/responder/pipeline/label-index.ts';
import { reconcile } from '../../../src/responder/pipeline/reconcile.ts';
import type { Healing } from '../../../src/responder/pipeline/reconcile.ts';
import { ripen } from '../../../src/responder/pipeline/suspicions.ts';
import type { Suspect } from '../../../src/responder/pipeline/suspicions.ts';
import type { UpstreamView } from '../../../src/responder/upstream/upstream.ts';
import { START_MS, createAlert } from '../../support/alerts.ts';
import {
  LABELS,
  createFacts,
  createPeer,
  createPrometheusAlert,
  createUpstreamAlert,
  createView,
} from '../../support/fake-upstream.ts';

function incidentOf(alert: Partial<AlertEvent> = {}, changes: Partial<Incident> = {}): Incident {
  const event = {
    kind: 'alert_fired',
    actor: 'am',
    incidentId: 'inc_1',
    alert: createAlert(alert),
  } as const;
  const { incident } = transition(null, event, START_MS);
  if (incident === null) throw new Error('no incident');
  return { ...incident, ...changes };
}

function suspects(
  view: UpstreamView,
  incidents: readonly Incident[] = [incidentOf()],
  sources: Readonly<Record<string, string>> = {},
): readonly Suspect<Healing>[] {
  return reconcile({ incidents, view, sources, resendMs: 75_000 });
}

function kinds(...parameters: Parameters<typeof suspects>): readonly string[] {
  return suspects(...parameters).map(({ healing }) => healing.kind);
}

function notes(...parameters: Parameters<typeof suspects>): readonly string[] {
  return suspects(...parameters).flatMap(({ healing }) =>
    healing.kind === 'noted' ? healing.notes.map(({ kind }) => kind) : [],
  );
}

const held = createUpstreamAlert();
const suppressed = createUpstreamAlert({ state: 'suppressed', isSilenced: true });
const inAlerts = (alert = createPrometheusAlert()): ReturnType<typeof createFacts> =>
  createFacts({ alerts: new Map([[alert.name, [alert]]]) });

describe('an alert that counts as firing', () => {
  it('is gone when nobody holds it and Prometheus evaluates its rule without it', () => {
    const [suspect] = suspects(createView([createPeer([])]));
    expect(suspect?.healing).toMatchObject({
      kind: 'resolved',
      because: 'no Alertmanager of am holds it, and Prometheus was asked: it does not fire there',
    });
  });

  it.each([
    ['one of two peers holds it', createView([createPeer([]), createPeer([held])])],
    ['one peer did not answer', createView([createPeer([]), createPeer('unreachable')])],
    ['Prometheus fires it', createView([createPeer([])], inAlerts())],
    [
      'Prometheus has it pending, as after its restart',
      createView([createPeer([])], inAlerts(createPrometheusAlert({ state: 'pending' }))),
    ],
    [
      'Prometheus fires it without the external labels',
      createView([createPeer([])], inAlerts(createPrometheusAlert({ labels: { ...LABELS } }))),
    ],
    ['no Alertmanager of its source is asked', createView([createPeer([], { source: 'other' })])],
  ])('is not gone when %s', (_, view) => {
    const labels = { ...LABELS, cluster: 'east' };
    for (const incident of [incidentOf(), incidentOf({ labels, fingerprint: held.fingerprint })]) {
      expect(kinds(view, [incident])).not.toContain('resolved');
    }
  });

  it('is kept, and said to be in doubt, when Prometheus cannot tell', () => {
    const stale = new Map([['CrmUnreachable', { isEvaluated: false, why: 'stale' }]]);
    const gone = createView([createPeer([])], 'unreachable');
    expect([kinds(gone), notes(gone)]).toEqual([['noted'], ['prometheus_unreachable']]);
    const idle = createView([createPeer([])], createFacts({ rules: stale }));
    expect([kinds(idle), notes(idle)]).toEqual([['noted'], ['rule_not_evaluated']]);
  });

  it.each([
    ['rule_deleted', createFacts({ rules: new Map() })],
    ['target_vanished', createFacts({ targets: new Set() })],
    ['exporter_down', createFacts({ targets: new Set(), isExporterUp: false })],
  ] as const)('is gone without proof of recovery: %s', (kind, facts) => {
    const view = createView([createPeer([])], facts);
    expect([kinds(view), notes(view)]).toEqual([['resolved', 'noted'], [kind]]);
    // The same is said of a resolve that was delivered.
    const verifying = incidentOf({}, { phase: 'verifying' });
    const alerts = verifying.alerts.map((alert) => ({ ...alert, status: 'resolved' as const }));
    expect(notes(view, [{ ...verifying, alerts }])).toEqual([kind]);
  });

  it('is doubted by its own target, also in the incident of another one', () => {
    const [joined] = incidentOf({ labels: { ...LABELS, target: 'store' } }).alerts;
    if (joined === undefined) throw new Error('the incident has an alert');
    const incident = incidentOf();
    const merged = { ...incident, alerts: [...incident.alerts, joined] };
    const view = (...targets: readonly string[]): UpstreamView =>
      createView([createPeer([])], createFacts({ targets: new Set(targets) }));
    const whys = (seen: UpstreamView): readonly string[] =>
      suspects(seen, [merged]).flatMap(({ healing }) =>
        healing.kind === 'noted' ? healing.notes.map(({ why }) => why) : [],
      );
    expect(whys(view('shop'))).toEqual(['no exporter tells of store any more']);
    expect(whys(view('store'))).toEqual(['no exporter tells of shop any more']);
    expect(whys(view()).length).toBe(2);
    expect(whys(view('shop', 'store'))).toEqual([]);
    const dead = createView(
      [createPeer([])],
      createFacts({ targets: new Set(), isExporterUp: false }),
    );
    expect(whys(dead)).toEqual(['no exporter of crmwatch is scraped with success']);
  });

  it('stays open while it is silenced or inhibited, which is said', () => {
    const silenced = createView([createPeer([suppressed])]);
    expect([kinds(silenced), notes(silenced)]).toEqual([['noted'], ['silenced']]);
    const inhibited = createUpstreamAlert({ state: 'suppressed', isInhibited: true });
    expect(notes(createView([createPeer([inhibited])]))).toEqual(['inhibited']);
    const both = createView([createPeer([suppressed]), createPeer([held])]);
    expect(kinds(both)).toEqual([]);
  });

  it('fired again when it has a later start upstream, at once', () => {
    const later = createUpstreamAlert({ startsAtMs: START_MS + 5000 });
    const [suspect] = suspects(createView([createPeer([held]), createPeer([later])]));
    expect(suspect).toMatchObject({ minimumMs: 0, healing: { kind: 'fired', alert: later } });
    const rounded = createUpstreamAlert({ startsAtMs: held.startsAtMs + 999 });
    expect(kinds(createView([createPeer([rounded])]))).toEqual([]);
  });

  it('is found under the source of its sender', () => {
    const sources = { 'am-1': 'main', 'am-2': 'main' };
    const incident = incidentOf({ sender: 'am-1', source: 'main' });
    const peer = createPeer([held], { source: 'main' });
    expect(kinds(createView([peer]), [incident], sources)).toEqual([]);
    // Its sender was made a peer of the source after it had fired.
    expect(kinds(createView([peer]), [incidentOf({ sender: 'am-2' })], sources)).toEqual([]);
  });
});

describe('an alert that no delivery told', () => {
  it('fires when an Alertmanager holds it as active for our receiver', () => {
    const [suspect, ...others] = suspects(createView([createPeer([held]), createPeer([held])]), []);
    expect(others).toEqual([]);
    expect(suspect?.healing).toMatchObject({ kind: 'fired', source: 'am', alert: held });
  });

  it.each([
    ['silenced', suppressed],
    ['not routed yet', createUpstreamAlert({ state: 'unprocessed' })],
    ['for another receiver', createUpstreamAlert({ receivers: ['mail'] })],
    ['the watchdog', createUpstreamAlert({ labels: { alertname: 'CrmWatchdog' } })],
  ])('opens nothing when it is %s', (_, alert) => {
    expect(kinds(createView([createPeer([alert])]), [])).toEqual([]);
  });

  it('fires when Prometheus fires it and no Alertmanager ever got it, but later', () => {
    const view = createView([createPeer([])], inAlerts());
    expect(suspects(view, [])[0]).toMatchObject({
      minimumMs: 75_000,
      healing: { kind: 'fired', alert: { labels: LABELS, startsAtMs: START_MS - 60_000 } },
    });
    expect(kinds(view)).toEqual([]);
    const silenced = createView([createPeer([suppressed])], inAlerts());
    expect(kinds(silenced, [])).toEqual([]);
    const unknowable = createView([createPeer([]), createPeer('unreachable')], inAlerts());
    expect(kinds(unknowable, [])).toEqual([]);
    const foreign = createPrometheusAlert({ labels: { alertname: 'TheirAlert' } });
    expect(kinds(createView([createPeer([])], inAlerts(foreign)), [])).toEqual([]);
  });
});

describe('whatever is held where', () => {
  const alert = fc.constantFrom(held, suppressed, createUpstreamAlert({ receivers: [] }));
  const peer = fc
    .oneof(fc.constant('unreachable' as const), fc.array(alert, { maxLength: 1 }))
    .map((alerts) => createPeer(alerts));
  const facts = fc.constantFrom(
    'unreachable' as const,
    createFacts(),
    inAlerts(),
    createFacts({ rules: new Map() }),
  );

  it('never concludes from silence: one who did not answer stops every resolve', () => {
    fc.assert(
      fc.property(fc.array(peer, { maxLength: 3 }), facts, (peers, prometheus) => {
        const view = createView(peers, prometheus);
        const isUnknown = peers.some(({ answer }) => !answer.known) || !view.prometheus.known;
        const isHeld = peers.some(({ answer }) => answer.known && answer.value.alerts.size > 0);
        const isFiring = view.prometheus.known && view.prometheus.value.alerts.size > 0;
        const expected = peers.length > 0 && !isUnknown && !isHeld && !isFiring;
        expect(kinds(view).includes('resolved')).toBe(expected);
      }),
    );
  });
});

describe('labels that agree', () => {
  const label = fc.constantFrom('a', 'b', 'c');
  const labels = fc.dictionary(label, fc.constantFrom('1', '2'), { maxKeys: 3 });

  it('are found as a comparison with each alert would find them', () => {
    fc.assert(
      fc.property(fc.array(labels, { maxLength: 6 }), labels, (all, wanted) => {
        const index = createLabelIndex(all.map((each) => ({ name: 'A', labels: each })));
        const agrees = all.some((each) =>
          Object.entries(wanted).every(([name, value]) => (each[name] ?? value) === value),
        );
        expect(index.hasLike({ name: 'A', labels: wanted })).toBe(agrees);
        expect(index.hasLike({ name: 'B', labels: wanted })).toBe(false);
      }),
    );
  });

  it('compare a storm that Alertmanager forgot with what Prometheus fires in one pass', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ({ ...LABELS, instance: `crm-${i}` }));
    const alerts = many.map((each) => createPrometheusAlert({ labels: each }));
    const [first] = incidentOf().alerts;
    if (first === undefined) throw new Error('the incident has an alert');
    const incident = incidentOf(
      {},
      {
        alerts: many.map((each, i) => ({
          ...first,
          labels: { ...each, cluster: 'east' },
          fingerprint: `f${i}`,
        })),
      },
    );
    const facts = createFacts({ alerts: new Map([['CrmUnreachable', alerts]]) });
    const startMs = performance.now();
    expect(suspects(createView([createPeer([])], facts), [incident])).toEqual([]);
    expect(performance.now() - startMs).toBeLessThan(5000);
  });
});

describe('suspicions', () => {
  const suspect = (key: string, minimumMs?: number): Suspect<string> => ({
    key,
    healing: key,
    ...(minimumMs === undefined ? {} : { minimumMs }),
  });

  it('ripen at a second look, after the grace, once', () => {
    const first = ripen([suspect('a')], new Map(), { nowMs: 0, graceMs: 45_000 });
    expect([first.ripe, first.nextDueAtMs]).toEqual([[], 45_000]);
    const early = ripen([suspect('a')], first.suspicions, { nowMs: 30_000, graceMs: 45_000 });
    expect(early.ripe).toEqual([]);
    const ripe = ripen([suspect('a')], early.suspicions, { nowMs: 45_000, graceMs: 45_000 });
    expect([ripe.ripe, ripe.nextDueAtMs]).toEqual([['a'], null]);
    const again = ripen([suspect('a')], ripe.suspicions, { nowMs: 90_000, graceMs: 45_000 });
    expect(again.ripe).toEqual([]);
  });

  it('are forgotten when they are not seen at one look', () => {
    const first = ripen([suspect('a')], new Map(), { nowMs: 0, graceMs: 10 });
    const none = ripen<string>([], first.suspicions, { nowMs: 10, graceMs: 10 });
    const again = ripen([suspect('a')], none.suspicions, { nowMs: 20, graceMs: 10 });
    expect(again.ripe).toEqual([]);
  });

  it('are told at once when they need no second look, and at most 20,000 at once', () => {
    const many = Array.from({ length: 21_000 }, (_, index) => suspect(`s${index}`, 0));
    const first = ripen(many, new Map(), { nowMs: 0, graceMs: 10 });
    expect([first.ripe.length, first.nextDueAtMs]).toEqual([20_000, 0]);
    expect(ripen(many, first.suspicions, { nowMs: 1, graceMs: 10 }).ripe.length).toBe(1000);
  });
});

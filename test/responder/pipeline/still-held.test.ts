import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import { transition } from '../../../src/responder/incidents/incidents.ts';
import type { Incident } from '../../../src/responder/incidents/incidents.ts';
import { indexHolders, stillHeldOf } from '../../../src/responder/pipeline/still-held.ts';
import type { AlertmanagerView, UpstreamView } from '../../../src/responder/upstream/upstream.ts';
import { known } from '../../../src/std/std.ts';
import { START_MS, createAlert } from '../../support/alerts.ts';
import {
  LABELS,
  createFacts,
  createPeer,
  createPrometheusAlert,
  createUpstreamAlert,
  createView,
} from '../../support/fake-upstream.ts';

function incidentOf(...alerts: readonly Partial<AlertEvent>[]): Incident {
  const told = alerts.map((changes) => createAlert(changes));
  let incident: Incident | null = null;
  for (const alert of told) {
    const event = { kind: 'alert_fired', actor: 'am', incidentId: 'inc_1', alert } as const;
    incident = transition(incident, event, START_MS).incident;
  }
  for (const alert of told) {
    const resolved = { ...alert, status: 'resolved', endsAtMs: START_MS } as const;
    const event = { kind: 'alert_resolved', actor: 'am', alert: resolved } as const;
    incident = transition(incident, event, START_MS).incident;
  }
  if (incident === null) throw new Error('no incident');
  return incident;
}

function whys(
  view: UpstreamView,
  incident: Incident = incidentOf({}),
  sources: Readonly<Record<string, string>> = {},
): readonly string[] {
  return stillHeldOf(incident, indexHolders(view, sources)).map(({ why }) => why);
}

const held = createUpstreamAlert();

describe('an alert that was told gone', () => {
  it.each([
    ['active', held],
    ['firing, but silenced', createUpstreamAlert({ state: 'suppressed', isSilenced: true })],
    ['firing, but inhibited', createUpstreamAlert({ state: 'suppressed', isInhibited: true })],
    ['firing, but not routed yet', createUpstreamAlert({ state: 'unprocessed' })],
  ])('is still held %s, whatever the receiver, by the peer that has it', (state, alert) => {
    for (const receivers of [['crmwatch'], ['others']]) {
      const peers = [createPeer([]), createPeer([{ ...alert, receivers }], { name: 'b:9093' })];
      expect(whys(createView(peers))).toEqual([
        `Alertmanager b:9093 still has CrmUnreachable ${state}`,
      ]);
    }
  });

  it('is still held when its entry cannot be read', () => {
    const unreadable = new Set([held.fingerprint]);
    const peer: AlertmanagerView = {
      ...createPeer([]),
      answer: known({ alerts: new Map(), unreadable }),
    };
    expect(whys(createView([peer]))).toEqual([
      'Alertmanager am:9093 still has CrmUnreachable in a state that cannot be read',
    ]);
  });

  it('is none of the business of an Alertmanager of another source', () => {
    const peer = createPeer([held], { source: 'other' });
    expect(whys(createView([peer]))).toEqual([]);
    expect(whys(createView([peer]), incidentOf({ sender: 'b' }), { b: 'other' }).length).toBe(1);
  });

  it('is looked for in Prometheus with the labels that both have, when Prometheus knows such alerts', () => {
    const facts = (name: string): ReturnType<typeof createFacts> =>
      createFacts({
        alerts: new Map([
          [name, [createPrometheusAlert({ labels: { ...LABELS, alertname: name } })]],
        ]),
      });
    const labels = { ...LABELS, cluster: 'east' };
    expect(whys(createView([], facts('CrmUnreachable')), incidentOf({ labels }))).toEqual([
      'Prometheus still has CrmUnreachable firing',
    ]);
    const other = incidentOf({ labels: { ...LABELS, target: 'other' } });
    expect(whys(createView([], facts('CrmUnreachable')), other)).toEqual([]);
    // Something that Zabbix sends may bear any name.
    const theirs = { alertname: 'TheirAlert', target: 'shop' };
    const foreign = incidentOf({ name: 'TheirAlert', labels: theirs, sender: 'zabbix' });
    expect(whys(createView([], facts('TheirAlert')), foreign)).toEqual([]);
  });

  it('is looked for as each alert of the incident, and twenty that have them are told', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({
      ...LABELS,
      instance: `crm-${index}`,
    }));
    const incident = incidentOf(...many.map((labels) => ({ labels })));
    const last = createUpstreamAlert({ labels: many[49] ?? {} });
    expect(whys(createView([createPeer([last])]), incident).length).toBe(1);
    const peers = Array.from({ length: 30 }, (_, index) =>
      createPeer([last], { name: `peer-${index}` }),
    );
    expect(whys(createView(peers), incident).length).toBe(20);
  });
});

describe('whoever answers what', () => {
  const alert = fc.constantFrom(
    held,
    createUpstreamAlert({ state: 'suppressed', isSilenced: true }),
  );
  const peer = fc
    .oneof(fc.constant('unreachable' as const), fc.array(alert, { maxLength: 1 }))
    .map((alerts) => createPeer(alerts));
  const firing = createFacts({ alerts: new Map([['CrmUnreachable', [createPrometheusAlert()]]]) });
  const facts = fc.constantFrom('unreachable' as const, createFacts(), firing);

  it('one who has the alert is enough, and one who is silent says nothing', () => {
    fc.assert(
      fc.property(fc.array(peer, { maxLength: 4 }), facts, (peers, prometheus) => {
        const holds = ({ answer }: AlertmanagerView): boolean =>
          answer.known && answer.value.alerts.size > 0;
        const isHeld = peers.some(holds) || prometheus === firing;
        expect(whys(createView(peers, prometheus)).length > 0).toBe(isHeld);
      }),
    );
  });
});

import { ALERT_NAMES, SEVERITIES, alertDefinition } from '../../../catalog/catalog.ts';
import type { AlertArea } from '../../../catalog/catalog.ts';
import type { Evidence, EvidenceAlert } from '../../evidence/evidence.ts';
import { CLOSED_LABELS } from './closed-labels.ts';
import { featuresOf, nameFeatures } from './feature.ts';
import type { Feature, FeatureNames } from './feature.ts';

const LINK = { kind: 'incident' } as const;

const OF_NAMES = ALERT_NAMES.filter((name) => name !== 'CrmWatchdog').map((name) => ({
  alert: name,
  ...nameFeatures(`alert:${name}`, ['', 'count']),
}));
const OF_OTHERS = nameFeatures('alert:other', ['', 'count']);

/** The watchdog fires always and says nothing. */
function alertsOf(evidence: Evidence): readonly EvidenceAlert[] {
  return evidence.alerts.filter((alert) => alert.name !== 'CrmWatchdog');
}

/** Which alerts fire: whether and how many of each name, and of all names that are not ours. */
export function alertFeatures(evidence: Evidence): readonly Feature[] {
  const counts = new Map<string, number>();
  let others = 0;
  for (const { name } of evidence.alerts) {
    if (alertDefinition(name) === undefined) others++;
    else counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const ofNames = OF_NAMES.flatMap((names) => {
    const { alert: name } = names;
    const count = counts.get(name) ?? 0;
    const times = count > 1 ? ` (${count} times)` : '';
    const text = count > 0 ? `alert ${name} fires${times}` : `alert ${name} does not fire`;
    const link = { kind: 'alert', name } as const;
    const subject = { key: names.key, text, link, abnormal: count > 0 };
    return featuresOf(names, subject, [Number(count > 0), Math.log1p(count)]);
  });
  const fire =
    others === 1 ? '1 alert of other rules fires' : `${others} alerts of other rules fire`;
  const text = others === 0 ? 'no alert of other rules fires' : fire;
  const subject = { key: OF_OTHERS.key, text, link: LINK, abnormal: others > 0 };
  return [...ofNames, ...featuresOf(OF_OTHERS, subject, [Number(others > 0), Math.log1p(others)])];
}

const AREAS: readonly AlertArea[] = ['performance', 'security', 'quality', 'pipeline'];
const OF_AREAS = AREAS.map((area) => ({ area, ...nameFeatures(`area:${area}`, ['share']) }));

type GroupCount = FeatureNames & {
  readonly count: (alerts: readonly EvidenceAlert[]) => number;
  readonly one: string;
  readonly many: string;
};

function groupCount(name: string, parts: Pick<GroupCount, 'count' | 'one' | 'many'>): GroupCount {
  return { ...nameFeatures(`group:${name}`, ['', 'several']), ...parts };
}

const GROUP_COUNTS: readonly GroupCount[] = [
  groupCount('alerts', {
    count: (alerts) => alerts.length,
    one: 'one alert fires alone',
    many: 'alerts fire together',
  }),
  groupCount('alert_names', {
    count: (alerts) => new Set(alerts.map(({ name }) => name)).size,
    one: 'one kind of alert fires',
    many: 'kinds of alerts fire',
  }),
  groupCount('objects', {
    count: (alerts) => new Set(alerts.flatMap(({ labels }) => labels['object'] ?? [])).size,
    one: 'one kind of records is affected',
    many: 'kinds of records are affected',
  }),
  groupCount('critical', {
    count: (alerts) => alerts.filter(({ severity }) => severity === 'critical').length,
    one: 'one alert is critical',
    many: 'alerts are critical',
  }),
];

/** The shape of the group: how many alerts, of how many kinds and areas, on how many objects. */
export function groupFeatures(evidence: Evidence): readonly Feature[] {
  const alerts = alertsOf(evidence);
  const ofCounts = GROUP_COUNTS.flatMap((names) => {
    const count = names.count(alerts);
    const text = count === 1 ? names.one : `${count} ${names.many}`;
    const subject = { key: names.key, text, link: LINK, abnormal: false };
    return featuresOf(names, subject, [Math.log1p(count), Number(count > 1)]);
  });
  const ofAreas = OF_AREAS.flatMap((names) => {
    const { area } = names;
    const inArea = alerts.filter(({ name }) => alertDefinition(name)?.area === area).length;
    const text = `${inArea} of ${alerts.length} alerts are about ${area}`;
    const subject = { key: names.key, text, link: LINK, abnormal: false };
    return featuresOf(names, subject, [alerts.length === 0 ? 0 : inArea / alerts.length]);
  });
  return [...ofCounts, ...ofAreas];
}

type OfLabel = FeatureNames & {
  readonly label: string;
  readonly values: ReadonlySet<string>;
};

const OTHER = 'other';
const OF_LABELS: readonly OfLabel[] = Object.entries({
  severity: SEVERITIES,
  ...CLOSED_LABELS,
}).map(([label, values]) => ({
  label,
  values: new Set<string>(values),
  ...nameFeatures(`label:${label}`, [...values, OTHER]),
}));

/** One-hots of the labels whose values are a closed set; values that are not in it, and were never seen, are one. */
export function labelFeatures(evidence: Evidence): readonly Feature[] {
  const alerts = alertsOf(evidence);
  return OF_LABELS.flatMap((names) => {
    const { label, values } = names;
    const found = new Set<string>();
    for (const { labels, severity } of alerts) {
      const value = label === 'severity' ? severity : labels[label];
      if (value !== undefined) found.add(values.has(value) ? value : OTHER);
    }
    const shown = [...found].toSorted().join(', ');
    const text =
      found.size === 0 ? `no alert names a ${label}` : `alerts name the ${label} ${shown}`;
    const subject = { key: names.key, text, link: LINK, abnormal: false };
    const flags = [...values, OTHER].map((value) => Number(found.has(value)));
    return featuresOf(names, subject, flags);
  });
}

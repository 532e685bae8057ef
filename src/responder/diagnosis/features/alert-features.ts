import { ALERTS, ALERT_NAMES } from '../../../catalog/catalog.ts';
import type { AlertArea } from '../../../catalog/catalog.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { featuresOf } from './feature.ts';
import type { Feature } from './feature.ts';

const AREAS: readonly AlertArea[] = ['performance', 'security', 'quality', 'pipeline'];

/** Which alerts fire: whether and how many of each name. The watchdog fires always and says nothing. */
export function alertFeatures(evidence: Evidence): readonly Feature[] {
  return ALERT_NAMES.filter((name) => name !== 'CrmWatchdog').flatMap((name) => {
    const count = evidence.alerts.filter((alert) => alert.name === name).length;
    const times = count > 1 ? ` (${count} times)` : '';
    const text = count > 0 ? `alert ${name} fires${times}` : `alert ${name} does not fire`;
    const subject = {
      key: `alert:${name}`,
      text,
      link: { kind: 'alert', name },
      abnormal: count > 0,
    } as const;
    return featuresOf(subject, { '': Number(count > 0), count: Math.log1p(count) });
  });
}

/** The shape of the group: how many alerts, of how many kinds and areas, on how many objects. */
export function groupFeatures(evidence: Evidence): readonly Feature[] {
  const alerts = evidence.alerts.filter((alert) => alert.name !== 'CrmWatchdog');
  const names = new Set(alerts.map((alert) => alert.name));
  const objects = new Set(alerts.flatMap((alert) => alert.labels['object'] ?? []));
  const critical = alerts.filter((alert) => alert.severity === 'critical').length;
  const counts = {
    alerts: alerts.length,
    alert_names: names.size,
    objects: objects.size,
    critical,
  };
  const texts = {
    alerts: alerts.length === 1 ? 'one alert fires alone' : `${alerts.length} alerts fire together`,
    alert_names:
      names.size === 1 ? 'one kind of alert fires' : `${names.size} kinds of alerts fire`,
    objects:
      objects.size === 1
        ? 'one kind of records is affected'
        : `${objects.size} kinds of records are affected`,
    critical: critical === 1 ? 'one alert is critical' : `${critical} alerts are critical`,
  };
  const link = { kind: 'incident' } as const;
  const ofCounts = (Object.keys(counts) as (keyof typeof counts)[]).flatMap((key) => {
    const count = counts[key];
    const subject = { key: `group:${key}`, text: texts[key], link, abnormal: false };
    return featuresOf(subject, { '': Math.log1p(count), several: Number(count > 1) });
  });
  const ofAreas = AREAS.flatMap((area) => {
    const inArea = alerts.filter((alert) => areaOf(alert.name) === area).length;
    const text = `${inArea} of ${alerts.length} alerts are about ${area}`;
    const subject = { key: `area:${area}`, text, link, abnormal: false };
    return featuresOf(subject, { share: alerts.length === 0 ? 0 : inArea / alerts.length });
  });
  return [...ofCounts, ...ofAreas];
}

function areaOf(name: string): AlertArea | undefined {
  return ALERT_NAMES.flatMap((known) => (known === name ? ALERTS[known].area : [])).at(0);
}

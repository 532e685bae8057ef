import type { EventOf } from './incident-event.ts';
import type {
  Compaction,
  DiagnosisView,
  ForgettingRule,
  Incident,
  IncidentAlert,
  SuspectedComponent,
  Verification,
} from './incident.ts';

const NAMED = 100;

/** What a text of the incident is, once it was erased. */
const ERASED = 'erased on request';

export type CompactionOptions = {
  readonly rule: ForgettingRule;
  readonly atMs: number;
  /** Whether a name holds what is to be erased, so that it has to go, too. */
  readonly isToErase?: (name: string) => boolean;
};

/**
 * The event that leaves the figures of an incident alone: its times, severities, counts, class, target and title.
 * Labels, annotations, reasons, evidence and steps go; the title and the names of components only when it is erased.
 * Alerts that still count as firing keep their identity, so that a repeat of one does not open another incident.
 * Give it only an incident that is over. Actors stay: the hashes of the journal are over them.
 */
export function compactedEventOf(
  incident: Incident,
  actor: string,
  options: CompactionOptions,
): EventOf<'compacted'> {
  const { rule } = options;
  const kept = keep(incident, options);
  return { kind: 'compacted', actor, rule, entries: incident.sequence, kept };
}

function keep(incident: Incident, options: CompactionOptions): Incident {
  const { rule, atMs, isToErase = () => false } = options;
  const { upstream: _upstream, maintenance: _maintenance, ...others } = incident;
  const { flapping: _flapping, holdOff: _holdOff, ...rest } = others;
  const isErased = rule === 'erasure';
  const withTarget = isToErase(incident.scope);
  const nameOf = (name: string): string => (isToErase(name) ? ERASED : name);
  return {
    ...rest,
    ...withoutTextsOfGroups(incident),
    ...(isErased ? { title: ERASED } : {}),
    ...(withTarget ? { target: null, scope: `erased:${incident.id}` } : {}),
    sequence: incident.sequence + 1,
    alerts: incident.alerts
      .filter(({ status }) => status === 'firing')
      .map((alert) => identityOf({ ...alert, name: nameOf(alert.name) })),
    diagnosis: incident.diagnosis === null ? null : withoutTexts(incident.diagnosis, isErased),
    evidenceSummary: [],
    component: incident.component === null || isErased ? null : withoutReason(incident.component),
    plan: null,
    verification: incident.verification === null ? null : withoutChecks(incident.verification),
    compacted: { rule, atMs, ...countAlerts(incident, nameOf) },
  };
}

function withoutChecks({ stillHeld: _stillHeld, ...others }: Verification): Verification {
  return { ...others, why: '', checks: [] };
}

function withoutReason({ name, score }: SuspectedComponent): SuspectedComponent {
  return { name, score, why: '' };
}

function identityOf(alert: IncidentAlert): IncidentAlert {
  const { sender, source, fingerprint, name, severity, status } = alert;
  const { startsAtMs, endsAtMs, receivedAtMs } = alert;
  return {
    sender,
    ...(source === undefined ? {} : { source }),
    fingerprint,
    name,
    severity,
    labels: {},
    annotations: {},
    generatorUrl: '',
    status,
    startsAtMs,
    endsAtMs,
    receivedAtMs,
  };
}

/** Which incidents were merged and split by whom stays; titles and reasons go. */
function withoutTextsOfGroups({ mergedInto, merged, splitFrom }: Incident): Partial<Incident> {
  const nothing = { title: '', why: '' };
  return {
    ...(mergedInto === undefined ? {} : { mergedInto: { ...mergedInto, ...nothing } }),
    ...(merged === undefined ? {} : { merged: merged.map((each) => ({ ...each, ...nothing })) }),
    ...(splitFrom === undefined ? {} : { splitFrom: { ...splitFrom, ...nothing } }),
  };
}

function withoutTexts(diagnosis: DiagnosisView, isErased: boolean): DiagnosisView {
  const { answer, probability, also, alternatives, modelId } = diagnosis;
  const components = isErased ? [] : diagnosis.components.map(withoutReason);
  return {
    answer,
    probability,
    ...(also === undefined ? {} : { also }),
    alternatives,
    reasons: [],
    components,
    modelId,
  };
}

/** Of one that was compacted before, what was counted then. */
function countAlerts(
  { alerts, compacted }: Incident,
  nameOf: (name: string) => string,
): Pick<Compaction, 'totalAlerts' | 'alerts'> {
  if (compacted !== undefined) {
    const renamed = compacted.alerts.map((each) => ({ ...each, name: nameOf(each.name) }));
    return { totalAlerts: compacted.totalAlerts, alerts: renamed };
  }
  const groups = Map.groupBy(alerts, ({ name, severity }) => JSON.stringify([name, severity]));
  const counts = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : [{ name: nameOf(first.name), severity: first.severity, count: group.length }];
  });
  const sorted = counts.toSorted((left, right) => right.count - left.count);
  return { totalAlerts: alerts.length, alerts: sorted.slice(0, NAMED) };
}

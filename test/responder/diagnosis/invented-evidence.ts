import type {
  AlertName,
  DiagnosisClass,
  FailureReason,
  MeasurementName,
  ProbeKindName,
} from '../../../src/catalog/catalog.ts';
import { MEASUREMENTS, PROBE_KIND_NAMES } from '../../../src/catalog/catalog.ts';
import type { Episode } from '../../../src/responder/diagnosis/diagnosis.ts';
import { EVIDENCE_SCHEMA } from '../../../src/responder/evidence/evidence.ts';
import type {
  Evidence,
  EvidenceAlert,
  EvidenceProbe,
  EvidenceSignal,
} from '../../../src/responder/evidence/evidence.ts';
import { createSeededRandom } from '../../../src/std/std.ts';

/** Evidence invented for tests of the mechanics. The model that ships is never trained on any of this. */
export function evidenceOf(parts: Partial<Evidence> = {}): Evidence {
  return {
    schema: EVIDENCE_SCHEMA,
    target: 'crm-one',
    platform: 'rest',
    capturedAtMs: 1_800_000_060_000,
    onsetAtMs: 1_800_000_000_000,
    alerts: [],
    probes: PROBE_KIND_NAMES.map((probe) => probeOf(probe, null)),
    signals: [],
    changes: [],
    logs: null,
    dependsOn: [],
    related: [],
    gaps: [],
    ...parts,
  };
}

export function probeOf(probe: ProbeKindName, reason: FailureReason | null): EvidenceProbe {
  const failed = reason !== null;
  return { probe, success: !failed, reason, hardFailure: failed, attempt: failed ? 3 : 0 };
}

export function alertOf(name: AlertName, labels: Record<string, string> = {}): EvidenceAlert {
  return { name, severity: 'warning', labels, startsAtMs: 1_800_000_000_000, words: [] };
}

export function signalOf(
  metric: MeasurementName,
  current: number | null,
  parts: Partial<EvidenceSignal> = {},
): EvidenceSignal {
  const threshold = MEASUREMENTS[metric].threshold;
  const recent = parts.recent ?? (current === null ? [] : [current]);
  const values = recent.concat(current ?? []);
  return {
    metric,
    labels: {},
    current,
    baselineMedian: 0.02,
    baselineInterquartileRange: 0.01,
    baselineSamples: 40,
    recent,
    lowest: values.length === 0 ? null : Math.min(...values),
    highest: values.length === 0 ? null : Math.max(...values),
    slope: null,
    onsetAtMs: null,
    threshold: threshold?.defaults.warning ?? null,
    bad: threshold?.bad ?? null,
    ...parts,
  };
}

export const EMAIL = { object: 'contact', field: 'email' };

/** Evidence as a fault of the class would leave it, of varied strength, among varied noise. */
export function inventedEvidence(label: DiagnosisClass, seed: number): Evidence {
  const random = createSeededRandom(seed);
  const noise = (usual: number): number => usual * (0.8 + 0.4 * random.next());
  const latency = label === 'network' ? 2 + 5 * random.next() : noise(0.2);
  const missing = label === 'data_quality_import' ? 0.2 + 0.6 * random.next() : noise(0.02);
  const logins = label === 'security_intrusion' ? 40 + 200 * random.next() : noise(2);
  const signals = [
    signalOf('crm_api_latency_seconds', latency, {
      labels: { call: 'light' },
      baselineMedian: 0.2,
      baselineInterquartileRange: 0.05,
    }),
    signalOf('crm_missing_ratio', missing, { labels: EMAIL }),
    signalOf('crm_failed_logins', logins, {
      baselineMedian: 2,
      baselineInterquartileRange: 1,
    }),
  ];
  const reason = label === 'service_outage' ? 'tcp' : 'authentication';
  const isDown = label === 'service_outage' || label === 'authentication';
  const alerts = {
    service_outage: alertOf('CrmUnreachable', { reason }),
    authentication: alertOf('CrmLoginFailed', { reason }),
    network: alertOf('CrmApiSlow'),
    data_quality_import: alertOf('CrmDataIncomplete', EMAIL),
    security_intrusion: alertOf('CrmFailedLoginsHigh'),
  } as Partial<Record<DiagnosisClass, EvidenceAlert>>;
  const alert = alerts[label];
  return evidenceOf({
    target: `crm-${seed}`,
    alerts: alert === undefined ? [] : [alert],
    probes: PROBE_KIND_NAMES.map((probe) =>
      probeOf(
        probe,
        isDown && (label === 'service_outage' || probe !== 'reachability') ? reason : null,
      ),
    ),
    signals,
  });
}

export const INVENTED_CLASSES: readonly DiagnosisClass[] = [
  'service_outage',
  'authentication',
  'network',
  'data_quality_import',
  'security_intrusion',
  'no_fault',
];

export function inventedRows(
  perClass: number,
  classes: readonly DiagnosisClass[] = INVENTED_CLASSES,
): readonly Episode[] {
  return classes.flatMap((label, at) =>
    Array.from({ length: perClass }, (_, index) => ({
      label,
      coinciding: [],
      split: 'train',
      group: `recording-${index}`,
      evidence: inventedEvidence(label, 100 * at + index),
    })),
  );
}

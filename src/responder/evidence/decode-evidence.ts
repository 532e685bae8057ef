import { FAILURE_REASONS, MEASUREMENT_NAMES, PROBE_KIND_NAMES } from '../../catalog/catalog.ts';
import type { FailureReason } from '../../catalog/catalog.ts';
import { CrmwatchError, decode } from '../../std/std.ts';
import type { Decoder } from '../../std/std.ts';
import { EVIDENCE_SCHEMA } from './evidence-value.ts';
import type { Evidence, EvidenceAlert, EvidenceProbe, EvidenceSignal } from './evidence-value.ts';

const labels: Decoder<Readonly<Record<string, string>>> = decode.map(
  decode.text({ maximumLength: 1000 }),
  { key: 'label', pattern: /^[a-zA-Z_]\w*$/ },
);

/** A field that may be null, where the evidence says that something is not known. */
function nullableField<T>(decoder: Decoder<T>): decode.Field<T | null> {
  return decode.withDefault<T | null>(decoder, null, 'may be null', 'null');
}

const time = decode.number({ minimum: 0 });

const alert: Decoder<EvidenceAlert> = decode.object({
  name: decode.required(decode.text(), 'name of the alert'),
  severity: decode.required(decode.text(), 'severity of the alert'),
  labels: decode.required(labels, 'labels of the alert'),
  startsAtMs: decode.required(time, 'start, in milliseconds since the epoch'),
});

const reasons = Object.keys(FAILURE_REASONS) as FailureReason[];

const probe: Decoder<EvidenceProbe> = decode.object({
  probe: decode.required(decode.choice(PROBE_KIND_NAMES), 'kind of probe'),
  success: nullableField(decode.boolean()),
  reason: nullableField(decode.choice(reasons)),
  hardFailure: nullableField(decode.boolean()),
  attempt: nullableField(decode.number()),
});

const signal: Decoder<EvidenceSignal> = decode.object({
  metric: decode.required(decode.choice(MEASUREMENT_NAMES), 'measurement'),
  labels: decode.required(labels, 'labels of the series'),
  current: nullableField(decode.number()),
  baselineMedian: nullableField(decode.number()),
  baselineInterquartileRange: nullableField(decode.number({ minimum: 0 })),
  baselineSamples: decode.required(decode.integer({ minimum: 0 }), 'samples in the baseline'),
  recent: decode.required(
    decode.list(decode.number(), { maximumLength: 60 }),
    'values since onset',
  ),
  threshold: nullableField(decode.number()),
  bad: nullableField(decode.choice(['above', 'below'])),
});

const evidence: Decoder<Evidence> = decode.object({
  schema: decode.required(
    decode.choice<typeof EVIDENCE_SCHEMA>([EVIDENCE_SCHEMA]),
    'schema of the evidence',
  ),
  target: decode.required(decode.text(), 'name of the target'),
  platform: decode.required(decode.text(), 'platform of the target'),
  capturedAtMs: decode.required(time, 'time of the capture'),
  onsetAtMs: decode.required(time, 'start of the earliest alert'),
  alerts: decode.required(decode.list(alert), 'alerts'),
  probes: decode.required(decode.list(probe), 'states of the probes'),
  signals: decode.required(decode.list(signal), 'measured series'),
  gaps: decode.required(decode.list(decode.text()), 'what could not be asked'),
});

/** Decodes saved evidence; a file of another schema or shape is refused with every place that is wrong. */
export function decodeEvidence(value: unknown, place: string): Evidence {
  const decoded = decode.run(evidence, value, place);
  if (decoded.ok) return decoded.value;
  const problems = decoded.problems.map((problem) => `${problem.place}: ${problem.message}`);
  throw new CrmwatchError('evidence_invalid', `not usable evidence: ${problems.join('; ')}`, {
    remedy: `capture it again with this version of crmwatch (schema ${EVIDENCE_SCHEMA})`,
  });
}

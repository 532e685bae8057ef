import { FAILURE_REASONS, MEASUREMENT_NAMES, PROBE_KIND_NAMES } from '../../catalog/catalog.ts';
import type { FailureReason } from '../../catalog/catalog.ts';
import { CrmwatchError, decode } from '../../std/std.ts';
import type { Decoder } from '../../std/std.ts';
import { EVIDENCE_LIMITS, EVIDENCE_SCHEMA, READABLE_SCHEMAS } from './evidence-value.ts';
import type {
  Evidence,
  EvidenceAlert,
  EvidenceChange,
  EvidenceLogTemplate,
  EvidenceProbe,
  EvidenceSignal,
  RelatedEvidence,
} from './evidence-value.ts';

const labels: Decoder<Readonly<Record<string, string>>> = decode.map(
  decode.text({ maximumLength: EVIDENCE_LIMITS.labelCharacters }),
  { key: 'label', pattern: /^[a-zA-Z_]\w*$/ },
);

/** A field that may be null, where the evidence says that something is not known. */
function nullableField<T>(decoder: Decoder<T>): decode.Field<T | null> {
  return decode.withDefault<T | null>(decoder, null, 'may be null', 'null');
}

/** A list that files of the first schema do not have. */
function laterList<T>(
  item: Decoder<T>,
  maximumLength: number,
  description: string,
): decode.Field<readonly T[]> {
  return decode.withDefault(decode.list(item, { maximumLength }), [], description, '[]');
}

const time = decode.number({ minimum: 0 });

/** A placeholder has the name of a label between its signs. */
const word = decode.text({ maximumLength: EVIDENCE_LIMITS.wordCharacters + 2 });

const alert: Decoder<EvidenceAlert> = decode.object({
  name: decode.required(decode.text(), 'name of the alert'),
  severity: decode.required(decode.text(), 'severity of the alert'),
  labels: decode.required(labels, 'labels of the alert'),
  startsAtMs: decode.required(time, 'start, in milliseconds since the epoch'),
  words: laterList(word, EVIDENCE_LIMITS.words, 'masked words of its summary and description'),
});

const reasons = Object.keys(FAILURE_REASONS) as FailureReason[];

const probe: Decoder<EvidenceProbe> = decode.object({
  probe: decode.required(decode.choice(PROBE_KIND_NAMES), 'kind of probe'),
  success: nullableField(decode.boolean()),
  reason: nullableField(decode.choice(reasons)),
  hardFailure: nullableField(decode.boolean()),
  attempt: nullableField(decode.number()),
});

const signalFields = decode.object({
  metric: decode.required(decode.choice(MEASUREMENT_NAMES), 'measurement'),
  labels: decode.required(labels, 'labels of the series'),
  current: nullableField(decode.number()),
  baselineMedian: nullableField(decode.number()),
  baselineInterquartileRange: nullableField(decode.number({ minimum: 0 })),
  baselineSamples: decode.required(decode.integer({ minimum: 0 }), 'samples in the baseline'),
  recent: decode.required(
    decode.list(decode.number(), { maximumLength: EVIDENCE_LIMITS.recent }),
    'values since onset',
  ),
  lowest: nullableField(decode.number()),
  highest: nullableField(decode.number()),
  slope: nullableField(decode.number()),
  onsetAtMs: nullableField(time),
  threshold: nullableField(decode.number()),
  bad: nullableField(decode.choice(['above', 'below'])),
});

/** The first schema had no extremes; they are those of the values that it kept. */
const signal: Decoder<EvidenceSignal> = decode.transform(signalFields, (decoded) => {
  const values = decoded.recent.concat(decoded.current ?? []);
  if (decoded.lowest !== null || values.length === 0) return decoded;
  return { ...decoded, lowest: Math.min(...values), highest: Math.max(...values) };
});

const change: Decoder<EvidenceChange> = decode.object({
  name: decode.required(decode.text({ maximumLength: 200 }), 'what was changed'),
  atMs: decode.required(time, 'when, in milliseconds since the epoch'),
});

const lines = decode.integer({ minimum: 0 });

const logTemplate: Decoder<EvidenceLogTemplate> = decode.object({
  template: decode.required(decode.text(), 'masked words of lines that say the same'),
  count: decode.required(lines, 'lines since the onset'),
  before: decode.required(lines, 'lines in the hour before it'),
});

const targetName = decode.text({ maximumLength: EVIDENCE_LIMITS.labelCharacters });
const dependsOn = laterList(targetName, 100, 'targets that it depends on');

const related: Decoder<RelatedEvidence> = decode.object({
  target: decode.required(targetName, 'name of a target that this one depends on'),
  dependsOn,
  probes: decode.required(decode.list(probe), 'states of its probes'),
  signals: decode.required(
    decode.list(signal, { maximumLength: EVIDENCE_LIMITS.relatedSignals }),
    'its measured series',
  ),
});

const evidenceFields = decode.object({
  schema: decode.required(decode.choice(READABLE_SCHEMAS), 'schema of the evidence'),
  target: decode.required(decode.text(), 'name of the target'),
  platform: decode.required(decode.text(), 'platform of the target'),
  capturedAtMs: decode.required(time, 'time of the capture'),
  onsetAtMs: decode.required(time, 'start of the earliest alert'),
  alerts: decode.required(decode.list(alert), 'alerts'),
  probes: decode.required(decode.list(probe), 'states of the probes'),
  signals: decode.required(decode.list(signal), 'measured series'),
  changes: laterList(change, EVIDENCE_LIMITS.changes, 'what was changed, the newest first'),
  logs: nullableField(decode.list(logTemplate, { maximumLength: EVIDENCE_LIMITS.logTemplates })),
  dependsOn,
  related: laterList(related, EVIDENCE_LIMITS.related, 'what was seen of what it depends on'),
  gaps: decode.required(decode.list(decode.text()), 'what could not be asked'),
});

const evidence: Decoder<Evidence> = decode.transform(evidenceFields, (decoded) => ({
  ...decoded,
  schema: EVIDENCE_SCHEMA,
}));

/** Decodes saved evidence, also of the first schema; a file of another schema or shape is refused with every place that is wrong. */
export function decodeEvidence(value: unknown, place: string): Evidence {
  const decoded = decode.run(evidence, value, place);
  if (decoded.ok) return decoded.value;
  const problems = decoded.problems.map((problem) => `${problem.place}: ${problem.message}`);
  throw new CrmwatchError('evidence_invalid', `not usable evidence: ${problems.join('; ')}`, {
    remedy: `capture it again with this version of crmwatch (schema ${EVIDENCE_SCHEMA})`,
  });
}

import { createProtobufWriter, varintBytes } from './protobuf-writer.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';
import { forEachLabel } from './renderer.ts';
import type {
  Exemplar,
  FamilyHeader,
  Format,
  HistogramValue,
  LabelPairs,
  NativeBuckets,
  Point,
} from './renderer.ts';

/** Field numbers of io.prometheus.client, prometheus/client_model, io/prometheus/client/metrics.proto. */
const FAMILY = { name: 1, help: 2, type: 3, metric: 4 } as const;
const TYPE = { counter: 0, gauge: 1, histogram: 4 } as const;
const METRIC = { label: 1, gauge: 2, counter: 3, histogram: 7 } as const;
const LABEL = { name: 1, value: 2 } as const;
const NUMBER = { value: 1, exemplar: 2 } as const;
const HISTOGRAM = {
  sampleCount: 1,
  sampleSum: 2,
  bucket: 3,
  schema: 5,
  zeroThreshold: 6,
  zeroCount: 7,
  positiveSpan: 12,
  positiveDelta: 13,
  exemplars: 16,
} as const;
const BUCKET = { cumulativeCount: 1, upperBound: 2 } as const;
const SPAN = { offset: 1, length: 2 } as const;
const EXEMPLAR = { label: 1, value: 2, timestamp: 3 } as const;
const TIMESTAMP = { seconds: 1, nanos: 2 } as const;

function message(write: (writer: ProtobufWriter) => void): Uint8Array {
  const writer = createProtobufWriter();
  write(writer);
  return writer.finish();
}

function labelBytes(field: number, labels: LabelPairs): Uint8Array {
  return message((writer) => {
    forEachLabel(labels, (name, value) =>
      writer.bytes(
        field,
        message((label) => {
          label.text(LABEL.name, name);
          label.text(LABEL.value, value);
        }),
      ),
    );
  });
}

function exemplarBytes({ labels, value, timestampMs }: Exemplar): Uint8Array {
  const seconds = Math.floor(timestampMs / 1000);
  return message((writer) => {
    writer.raw(labelBytes(EXEMPLAR.label, labels));
    writer.double(EXEMPLAR.value, value);
    writer.bytes(
      EXEMPLAR.timestamp,
      message((timestamp) => {
        timestamp.varint(TIMESTAMP.seconds, seconds);
        timestamp.varint(TIMESTAMP.nanos, Math.round(timestampMs - seconds * 1000) * 1_000_000);
      }),
    );
  });
}

function numberBytes(value: number, exemplar: Exemplar | undefined): Uint8Array {
  return message((writer) => {
    writer.double(NUMBER.value, value);
    if (exemplar !== undefined) writer.bytes(NUMBER.exemplar, exemplarBytes(exemplar));
  });
}

/** Each count as the difference to the one before it. */
function deltasOf(counts: readonly number[]): readonly number[] {
  return counts.map((count, index) => count - (counts[index - 1] ?? 0));
}

function writeNative(writer: ProtobufWriter, native: NativeBuckets): void {
  writer.zigzag(HISTOGRAM.schema, native.schema);
  writer.double(HISTOGRAM.zeroThreshold, native.zeroThreshold);
  writer.varint(HISTOGRAM.zeroCount, native.zeroCount);
  for (const { offset, length } of native.spans) {
    writer.bytes(
      HISTOGRAM.positiveSpan,
      message((span) => {
        span.zigzag(SPAN.offset, offset);
        span.varint(SPAN.length, length);
      }),
    );
  }
  if (native.counts.length > 0)
    writer.packedZigzag(HISTOGRAM.positiveDelta, deltasOf(native.counts));
}

function histogramBytes(value: HistogramValue): Uint8Array {
  return message((writer) => {
    writer.varint(HISTOGRAM.sampleCount, value.count);
    writer.double(HISTOGRAM.sampleSum, value.sum);
    for (const { upperBound, count } of value.classic) {
      writer.bytes(
        HISTOGRAM.bucket,
        message((bucket) => {
          bucket.varint(BUCKET.cumulativeCount, count);
          bucket.double(BUCKET.upperBound, upperBound);
        }),
      );
    }
    if (value.native !== undefined) writeNative(writer, value.native);
    for (const exemplar of value.exemplars ?? []) {
      writer.bytes(HISTOGRAM.exemplars, exemplarBytes(exemplar));
    }
  });
}

function metricBytes({ kind }: FamilyHeader, point: Point): Uint8Array {
  const { labels, value, exemplar, prefixes } = point;
  return message((writer) => {
    writer.raw((prefixes.encodedLabels ??= labelBytes(METRIC.label, labels)));
    if (typeof value !== 'number') writer.bytes(METRIC.histogram, histogramBytes(value));
    else if (kind === 'counter') writer.bytes(METRIC.counter, numberBytes(value, exemplar));
    else writer.bytes(METRIC.gauge, numberBytes(value, undefined));
  });
}

/**
 * MetricFamily messages, each with its length before it. A family's metrics are a repeated field, so chunks of them
 * follow the rest of the message one by one.
 */
export const PROTOBUF: Format = {
  id: 'protobuf',
  contentType:
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
  head({ name, kind, help }, chunkBytes) {
    const start = message((writer) => {
      writer.text(FAMILY.name, name);
      writer.text(FAMILY.help, help);
      writer.varint(FAMILY.type, TYPE[kind]);
    });
    return Buffer.concat([Uint8Array.from(varintBytes(start.length + chunkBytes)), start]);
  },
  chunk: (family, points) =>
    message((writer) => {
      for (const point of points) writer.bytes(FAMILY.metric, metricBytes(family, point));
    }),
  end: new Uint8Array(0),
};

import { NO_FAULT } from '../../src/catalog/catalog.ts';
import type { RecordedRow } from './rows.ts';

/** What a row shows in a few words: alerts and reasons of failed probes, without numbers. */
function signatureOf({ evidence }: RecordedRow): string {
  const alerts = [...new Set(evidence.alerts.map(({ name }) => name))].toSorted();
  const failed = evidence.probes.filter(({ success }) => success === false);
  const reasons = [...new Set(failed.map(({ reason }) => reason ?? 'unknown'))].toSorted();
  return `${alerts.join(' ')} | ${reasons.join(' ')}`;
}

export type Summary = {
  /** Episodes and rows by label. */
  readonly counts: readonly {
    readonly label: string;
    readonly episodes: number;
    readonly rows: number;
  }[];
  /** Signatures that rows of several labels share, with the labels: only numbers tell those apart. */
  readonly shared: readonly { readonly signature: string; readonly labels: readonly string[] }[];
};

/** What a recording holds, and which of its classes look alike without their measurements. */
export function summarise(rows: readonly RecordedRow[]): Summary {
  const byLabel = Map.groupBy(rows, ({ labels }) => labels.toSorted().join(' + '));
  const single = rows.filter(({ labels }) => labels.length === 1 && labels[0] !== NO_FAULT);
  const bySignature = Map.groupBy(single, signatureOf);
  return {
    counts: [...byLabel]
      .map(([label, members]) => ({
        label,
        episodes: new Set(members.map(({ group }) => group)).size,
        rows: members.length,
      }))
      .toSorted((a, b) => (a.label < b.label ? -1 : 1)),
    shared: [...bySignature]
      .map(([signature, members]) => ({
        signature,
        labels: [...new Set(members.flatMap(({ labels }) => labels))].toSorted(),
      }))
      .filter(({ labels }) => labels.length > 1)
      .toSorted((a, b) => b.labels.length - a.labels.length),
  };
}

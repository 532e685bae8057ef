/** One alert as told by a sender, decoded and immutable. */
export type AlertEvent = {
  /** The name of the sender that was authenticated, or "anonymous". */
  readonly sender: string;
  /** What the sender is a part of, such as one of two peers; absent when it stands for itself (`sourceOf`). */
  readonly source?: string;
  /** Why the reconciler tells it in place of a sender; absent for what was delivered. */
  readonly reconciled?: string;
  /** Hash of the labels as the sender computes it: the same for every firing of the same alert. */
  readonly fingerprint: string;
  readonly status: 'firing' | 'resolved';
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** By the sender's clock: compare only with other times of the same sender. */
  readonly startsAtMs: number;
  /** Null while it fires. */
  readonly endsAtMs: number | null;
  readonly generatorUrl: string;
  /** By our clock. */
  readonly receivedAtMs: number;
};

/** An alert is the same when its source and its fingerprint are, whichever peer of the source tells it. */
export function sourceOf({ sender, source }: Pick<AlertEvent, 'sender' | 'source'>): string {
  return source ?? sender;
}

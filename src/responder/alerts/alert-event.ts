/** One alert as told by a sender, decoded and immutable. */
export type AlertEvent = {
  /** The name of the sender that was authenticated, or "anonymous". */
  readonly sender: string;
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

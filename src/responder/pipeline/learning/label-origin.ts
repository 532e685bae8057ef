import type { DiagnosisClass } from '../../../catalog/catalog.ts';
import type { ConfirmedRecovery } from '../../repair/repair.ts';

/** From where it is known what was wrong. What a model said is no origin: it would learn its own mistakes. */
export type LabelOrigin =
  | { readonly kind: 'human'; readonly actor: string }
  /** A repair for one class of fault was applied, and fresh probes proved the recovery. */
  | { readonly kind: 'verified_repair'; readonly recovery: ConfirmedRecovery }
  /** A fact that names the class without doubt, by a rule with a name. */
  | { readonly kind: 'rule'; readonly rule: string };

export type LabelOriginKind = LabelOrigin['kind'];

/** The one that is believed first comes first. */
export const LABEL_ORIGINS: readonly LabelOriginKind[] = ['human', 'verified_repair', 'rule'];

/** Who or what said so. */
export function sayerOf(origin: LabelOrigin): string {
  switch (origin.kind) {
    case 'human':
      return origin.actor;
    case 'verified_repair':
      return origin.recovery.repair;
    default:
      return origin.rule;
  }
}

export type Label = {
  /** Rises with every label. */
  readonly id: number;
  readonly incidentId: string;
  readonly atMs: number;
  readonly class: DiagnosisClass;
  readonly origin: LabelOriginKind;
};

/** Of the labels of one incident the one that counts: of the origin that is believed first, the newest. */
export function labelInForce<T extends Pick<Label, 'id' | 'origin'>>(
  labels: readonly T[],
): T | undefined {
  return labels.toSorted(
    (a, b) => LABEL_ORIGINS.indexOf(a.origin) - LABEL_ORIGINS.indexOf(b.origin) || b.id - a.id,
  )[0];
}

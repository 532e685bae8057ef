import type { DatabaseTransaction, Store } from '../../store/store.ts';
import { CrmwatchError, crashPoint, errorMessage } from '../../std/std.ts';
import type { Problem } from '../../std/std.ts';
import type { RawDelivery, SourceKind, WebhookDecoding } from '../alerts/alerts.ts';
import { commitDelivery } from './commit-delivery.ts';
import type { RetentionSettings } from './retention/retention-settings.ts';
import type { ResponderMetrics } from './responder-metrics.ts';

/** Both mean that the raw body is on disk. */
export type Acceptance =
  | {
      readonly kind: 'accepted';
      readonly events: number;
      /** Of alerts in it that could not be read; the whole body is then in quarantine too. */
      readonly problems: readonly Problem[];
    }
  | { readonly kind: 'undecodable'; readonly problems: readonly Problem[] };

/** Which decoder a body is for, and how it is compressed (empty: not at all). */
export type DeliveryForm = { readonly kind: SourceKind; readonly encoding: string };

/** Never throws for what is in the body. Whoever makes the pipeline may do it off the main thread. */
export type DeliveryDecoder = (delivery: RawDelivery) => Promise<WebhookDecoding>;

export type Intake = {
  /**
   * Commits the raw body and its events in one durable transaction before it resolves, so the caller
   * may answer 200. Throws `store_unavailable` when it cannot: the caller answers 503 and the sender
   * tries again. The form is that of Alertmanager unless another is given.
   */
  accept(
    rawBody: Buffer | string,
    sender: string,
    receivedAtMs: number,
    form?: DeliveryForm,
  ): Promise<Acceptance>;
};

const ALERTMANAGER: DeliveryForm = { kind: 'alertmanager', encoding: '' };

export function createIntake(
  store: Store,
  metrics: ResponderMetrics,
  decodeDelivery: DeliveryDecoder,
  retention: RetentionSettings,
): Intake {
  /** What can be read only adds rows. Quarantine looks first whether it has the same bytes already. */
  async function commitAs(
    decoded: WebhookDecoding,
    work: (transaction: DatabaseTransaction) => Promise<boolean>,
  ): Promise<boolean> {
    return decoded.problems.length === 0 ? store.appendTogether(work) : store.commitTogether(work);
  }

  return {
    async accept(rawBody, sender, receivedAtMs, form = ALERTMANAGER) {
      const body = typeof rawBody === 'string' ? Buffer.from(rawBody) : rawBody;
      const { kind } = form;
      const delivery = { ...form, body, sender, receivedAtMs };
      const from = { sender, kind };
      const decoded = await decodeDelivery(delivery);
      let isWhole: boolean;
      try {
        isWhole = await commitAs(decoded, async (transaction) => {
          const kept = await commitDelivery(transaction, delivery, decoded, retention);
          crashPoint('intake:before-commit');
          return kept;
        });
        crashPoint('intake:after-commit');
      } catch (error) {
        metrics.deliveryRefused('store_unavailable', from);
        throw asUnavailable(error);
      }
      if (!isWhole) {
        metrics.deliveryRefused('quarantine_full', from);
        throw quarantineFull(retention);
      }
      if (!decoded.ok) {
        metrics.deliveryRefused('undecodable', from);
        return { kind: 'undecodable', problems: decoded.problems };
      }
      if (decoded.problems.length > 0) metrics.deliveryRefused('partly_undecodable', from);
      metrics.deliveryAccepted(from, decoded.events.length);
      return { kind: 'accepted', events: decoded.events.length, problems: decoded.problems };
    },
  };
}

/** The sender still has it, and comes again until somebody made room. */
function quarantineFull({ quarantineEntries, quarantineBytes }: RetentionSettings): CrmwatchError {
  const limits = `${quarantineEntries} bodies or ${quarantineBytes} bytes`;
  return new CrmwatchError(
    'store_unavailable',
    `the quarantine is full: it holds ${limits} that nobody decided upon`,
    {
      remedy:
        'replay or discard what is in quarantine, and find out why its senders cannot be read',
    },
  );
}

/** Whatever keeps a delivery from being durable is answered 503, a database that turned out unsafe too. */
function asUnavailable(error: unknown): CrmwatchError {
  if (error instanceof CrmwatchError && error.code === 'store_unavailable') return error;
  return new CrmwatchError(
    'store_unavailable',
    `the delivery could not be committed: ${errorMessage(error)}`,
    {
      remedy:
        error instanceof CrmwatchError
          ? error.remedy
          : 'look at the log of the responder; the sender will try again',
      cause: error,
    },
  );
}

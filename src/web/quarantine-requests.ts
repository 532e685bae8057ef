import { MAXIMUM_COMMENT_LENGTH } from '../console/console.ts';
import { unreachable } from '../std/std.ts';
import type { Refusal } from './failures.ts';
import { textField } from './incident-requests.ts';
import type { QuarantineOutcome, QuarantineQuery } from './services.ts';

const STATUSES = ['kept', 'replayed', 'discarded', 'all'] as const;
const PAGE = 50;

export const UNKNOWN_DELIVERY: Refusal = {
  status: 404,
  title: 'No such delivery',
  message: 'There is no delivery with this number in quarantine.',
  remedy: 'Look for it in the list of all deliveries in quarantine.',
};

/** The number in an address; 0 when it is none, which no delivery has. */
export function deliveryId(text: unknown): number {
  const id = typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(id) ? id : 0;
}

/** `?status=&before=`, both optional; those that are kept when no status is named. */
export function decodeQuarantineQuery(
  query: ReadonlyMap<string, string>,
):
  | { readonly ok: true; readonly value: QuarantineQuery }
  | { readonly ok: false; readonly refusal: Refusal } {
  const refuse = (message: string, remedy: string) =>
    ({ ok: false, refusal: { status: 400, title: 'Not understood', message, remedy } }) as const;
  const status = STATUSES.find((known) => known === (query.get('status') ?? 'kept'));
  if (status === undefined) {
    return refuse('status is not known', `write one of ${STATUSES.join(', ')}`);
  }
  const before = query.get('before');
  if (before !== undefined && deliveryId(before) === 0) {
    return refuse('before is no number', 'go back to the first page of the quarantine');
  }
  const value: QuarantineQuery = {
    limit: PAGE,
    ...(status === 'all' ? {} : { status }),
    ...(before === undefined ? {} : { before: deliveryId(before) }),
  };
  return { ok: true, value };
}

/** Why something is thrown away is told, so that others can understand it. */
export function decodeReason(body: unknown): string | Refusal {
  const reason = textField(body, 'text').replaceAll('\r\n', '\n').trim();
  if (reason !== '' && reason.length <= MAXIMUM_COMMENT_LENGTH) return reason;
  return {
    status: 400,
    title: 'Not understood',
    message: reason === '' ? 'text: is empty' : `text: has ${reason.length} characters`,
    remedy:
      reason === ''
        ? 'write why it can be discarded'
        : `shorten it to ${MAXIMUM_COMMENT_LENGTH} characters`,
  };
}

/** Null when it was done. */
export function refusalOf(outcome: QuarantineOutcome): Refusal | null {
  switch (outcome.status) {
    case 'done':
      return null;
    case 'unknown':
      return UNKNOWN_DELIVERY;
    case 'key_reused': {
      const [message, remedy] = ['It was asked for in another way before.', 'Reload the page.'];
      return { status: 409, title: 'Not possible now', message, remedy };
    }
    case 'refused': {
      const { why, remedy } = outcome;
      return { status: 409, title: 'Not possible now', message: why, remedy };
    }
    default:
      return unreachable(outcome);
  }
}

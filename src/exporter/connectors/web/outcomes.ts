import type { FailureReason } from '../../../catalog/catalog.ts';
import type { Failure, Outcome } from '../../../http/http.ts';

export function succeed<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function fail(
  reason: FailureReason,
  detail: string,
): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { reason, detail } };
}

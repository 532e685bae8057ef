/**
 * Three-valued results. What a CRM cannot tell is not zero: it is unknown, and says why. Every number that
 * travels from a connector to a metric is wrapped in this until it is either written or explained.
 */
export type Known<T> = { readonly known: true; readonly value: T };
export type Unknown = { readonly known: false; readonly reason: string; readonly detail: string };
export type Knowable<T> = Known<T> | Unknown;

export function known<T>(value: T): Known<T> {
  return { known: true, value };
}

export function unknown(reason: string, detail: string): Unknown {
  return { known: false, reason, detail };
}

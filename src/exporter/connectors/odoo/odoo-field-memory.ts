import type { Outcome } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import type { Budget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import type { OdooRpc } from './odoo-rpc.ts';
import { readFields } from './odoo-values.ts';
import type { OdooFields } from './odoo-values.ts';

/** Fields change when a module is installed or upgraded. */
const KEPT_MS = 3_600_000;

/** What models say of their fields, so that it is not asked again for every pass. */
export type FieldMemory = {
  read(model: string, names: readonly string[], budget: Budget): Promise<Outcome<OdooFields>>;
  /** Something that a model said does not hold any more. */
  forget(model: string): void;
};

export function createFieldMemory(rpc: OdooRpc, clock: Clock): FieldMemory {
  const kept = new Map<string, { readonly fields: OdooFields; readonly endMs: number }>();
  return {
    async read(model, names, budget) {
      const found = kept.get(model);
      const isFresh = found !== undefined && clock.monotonicMs() < found.endMs;
      if (isFresh && names.every((name) => found.fields.has(name))) return succeed(found.fields);
      const known = isFresh ? [...found.fields.keys()] : [];
      const fields = await readFields(rpc, model, [...new Set([...known, ...names])], budget);
      if (fields.ok) {
        kept.set(model, { fields: fields.value, endMs: clock.monotonicMs() + KEPT_MS });
      } else kept.delete(model);
      return fields;
    },
    forget: (model) => void kept.delete(model),
  };
}

import type { Outcome } from '../../../http/http.ts';
import type { Budget } from '../web/budget.ts';
import { fail } from '../web/outcomes.ts';
import { countAt, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { Condition, OdooRpc } from './odoo-rpc.ts';

export type Search = {
  readonly model: string;
  readonly domain: readonly Condition[];
  readonly fields: readonly string[];
  readonly order: string;
  readonly limit: number;
};

/** Records with the fields that were asked for, and always with `id`. */
export async function searchRead(
  rpc: OdooRpc,
  { model, domain, fields, order, limit }: Search,
  budget: Budget,
): Promise<Outcome<readonly JsonRecord[]>> {
  const wanted = [...new Set(['id', ...fields])];
  const parameters = { fields: wanted, order, limit };
  const answer = await rpc.call({ model, method: 'search_read', domain, parameters }, budget);
  if (!answer.ok) return answer;
  const records = recordsAt(answer.value.document, [], `${model}/search_read`);
  if (!records.ok) return records;
  const lost = wanted.find((name) => records.value.some((record) => !Object.hasOwn(record, name)));
  return lost === undefined
    ? records
    : fail('schema_changed', `${model}/search_read answered no field ${lost}`);
}

/** How many records fulfil all conditions; archived ones do not count, unless the domain names `active`. */
export async function searchCount(
  rpc: OdooRpc,
  model: string,
  domain: readonly Condition[],
  budget: Budget,
): Promise<Outcome<number>> {
  const answer = await rpc.call({ model, method: 'search_count', domain }, budget);
  return answer.ok ? countAt(answer.value.document, [], `${model}/search_count`) : answer;
}

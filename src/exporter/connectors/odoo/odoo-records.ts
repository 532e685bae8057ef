import type { Outcome } from '../../../http/http.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { countAt, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { Domain, OdooRpc } from './odoo-rpc.ts';

export type Search = {
  readonly model: string;
  readonly domain: Domain;
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
  domain: Domain,
  budget: Budget,
): Promise<Outcome<number>> {
  const answer = await rpc.call({ model, method: 'search_count', domain }, budget);
  return answer.ok ? countAt(answer.value.document, [], `${model}/search_count`) : answer;
}

/**
 * Fails with `authorization` for who is not in the group Settings, to which alone Odoo shows `ir.cron`. Of keys and
 * e-mails it shows others their own, as if there were no more (odoo/addons/base/security/ir.model.access.csv and the
 * rule api_key_user in base_security.xml).
 */
export async function requireSettings(rpc: OdooRpc, budget: Budget): Promise<Outcome<undefined>> {
  const none = await searchCount(rpc, 'ir.cron', [['id', '=', 0]], budget);
  return none.ok ? succeed(undefined) : none;
}

/**
 * The number of a record that the module `base` brings, by its external identifier: names are in the language of
 * whoever reads them, and can be changed.
 */
export async function findOfBase(
  rpc: OdooRpc,
  name: string,
  budget: Budget,
): Promise<Outcome<number>> {
  const domain: Domain = [
    ['module', '=', 'base'],
    ['name', '=', name],
  ];
  const search = { model: 'ir.model.data', domain, fields: ['res_id'], order: 'id', limit: 1 };
  const found = await searchRead(rpc, search, budget);
  if (!found.ok) return found;
  const id = found.value[0]?.['res_id'];
  return typeof id === 'number' ? succeed(id) : fail('schema_changed', `there is no base.${name}`);
}

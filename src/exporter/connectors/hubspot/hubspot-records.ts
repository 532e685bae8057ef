import type { Outcome } from '../../../http/http.ts';
import type { LimitFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import { countAt, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { HubspotApi } from './hubspot-api.ts';

/**
 * Objects whose allowance is told, by the identifier of their type (developers.hubspot.com, understanding the CRM). Labels
 * are the account's own words, and HubSpot has some forty types, of which most accounts use these.
 */
const TYPES: Readonly<Record<string, string>> = {
  '0-1': 'records_contacts',
  '0-2': 'records_companies',
  '0-3': 'records_deals',
  '0-5': 'records_tickets',
  '0-7': 'records_products',
  '0-8': 'records_line_items',
};

/** How many records the account may hold, and how many more (limits tracking, OpenAPI file limitsTracking of 2026-03). */
export async function readRecordLimits(
  { api, paths }: HubspotApi,
  budget: Budget,
): Promise<Outcome<readonly LimitFacts[]>> {
  const path = paths.records;
  const outcome = await api.get(path, budget);
  if (!outcome.ok) return outcome;
  const { document } = outcome.value;
  const types = recordsAt(document, ['hubspotDefinedObjectTypes'], path);
  if (!types.ok) return types;
  const limits: LimitFacts[] = [];
  for (const type of types.value) {
    const name = nameOf(type);
    if (name === undefined) continue;
    const limit = countAt(type, ['limit'], path);
    if (!limit.ok) return limit;
    const usage = countAt(type, ['usage'], path);
    if (!usage.ok) return usage;
    limits.push(...allowanceOf(name, limit.value, usage.value));
  }
  const overall = countAt(document, ['customObjectTypes', 'overallLimit'], path);
  if (!overall.ok) return overall;
  const used = countAt(document, ['customObjectTypes', 'overallUsage'], path);
  if (!used.ok) return used;
  return succeed([...limits, ...allowanceOf('records_custom_objects', overall.value, used.value)]);
}

function nameOf({ objectTypeId }: JsonRecord): string | undefined {
  return typeof objectTypeId === 'string' && Object.hasOwn(TYPES, objectTypeId)
    ? TYPES[objectTypeId]
    : undefined;
}

/** An object that the subscription does not have at all has no allowance that could run out. */
function allowanceOf(name: string, limit: number, usage: number): readonly LimitFacts[] {
  return limit === 0 ? [] : [{ name, limit, remaining: Math.max(0, limit - usage) }];
}

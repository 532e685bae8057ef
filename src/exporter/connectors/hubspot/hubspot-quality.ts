import type { Outcome } from '../../../http/http.ts';
import { unknown } from '../../../std/std.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { Aggregate, Connector } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { createCounting } from '../web/count-aggregates.ts';
import type { ApiObjects, FoundObject } from '../web/object-options.ts';
import { succeed } from '../web/outcomes.ts';
import { createScanning } from '../web/scan-pages.ts';
import type { Scan } from '../web/scan-pages.ts';
import { GROUP_LIMIT } from './hubspot-api.ts';
import type { Filter, HubspotApi } from './hubspot-api.ts';

type Quality = {
  readonly api: HubspotApi;
  readonly objects: ApiObjects;
  readonly clock: Clock;
};

/** A search for each count, of which only the total is read: HubSpot filters well and groups nothing. */
export function createAggregate({
  api,
  ...quality
}: Quality): Exclude<Connector['aggregate'], undefined> {
  return createCounting(quality, ({ object, budget }) =>
    succeed((aggregate) => countOne(api, object, aggregate, budget)),
  );
}

function countOne(
  api: HubspotApi,
  object: FoundObject,
  aggregate: Aggregate,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const filters = filtersOf(object, aggregate);
  return filters === undefined || filters.length > GROUP_LIMIT
    ? Promise.resolve(succeed(unknown('not_supported', 'HubSpot cannot group')))
    : api.count(object.entity, filters, budget);
}

function filtersOf(object: FoundObject, aggregate: Aggregate): readonly Filter[] | undefined {
  switch (aggregate.kind) {
    case 'rows':
      return [];
    case 'missing':
      return [{ propertyName: object.sourceOf(aggregate.field), operator: 'NOT_HAS_PROPERTY' }];
    case 'older_than': {
      const value = String(Date.parse(aggregate.before));
      return [{ propertyName: object.sourceOf(aggregate.field), operator: 'LT', value }];
    }
    case 'keyed':
      return aggregate.key.map((field) => ({
        propertyName: object.sourceOf(field),
        operator: 'HAS_PROPERTY',
      }));
    default:
      return undefined;
  }
}

/** Pages by the cursor of the list of records, which has no cap and is not the search index. */
export function createScan({ api, ...quality }: Quality): Scan {
  return createScanning(quality, ({ object: { entity }, sources, budget }) => {
    const properties = [...new Set(['hs_object_id', ...sources])].join(',');
    return succeed({
      placeOf: (source) => ['properties', source],
      readPage: api.openList(api.paths.objectsOf(entity), { properties }, budget),
    });
  });
}

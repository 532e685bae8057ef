import type { Outcome } from '../../../http/http.ts';
import { unknown } from '../../../std/std.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { Aggregate, Connector } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { createCounting } from '../web/count-aggregates.ts';
import type { ApiObjects, FoundObject } from '../web/object-options.ts';
import { succeed } from '../web/outcomes.ts';
import { createScanning, pageByKey, textIdOf } from '../web/scan-pages.ts';
import type { Scan } from '../web/scan-pages.ts';
import { toUtcText } from '../web/utc-text.ts';
import type { Condition, EspocrmApi } from './espocrm-api.ts';

/** EspoCRM refuses more with 403. */
const PAGE_SIZE = 200;

type Quality = {
  readonly api: EspocrmApi;
  readonly objects: ApiObjects;
  readonly clock: Clock;
};

/** A request for each count: EspoCRM filters well and groups nothing. */
export function createAggregate({
  api,
  ...quality
}: Quality): Exclude<Connector['aggregate'], undefined> {
  return createCounting(quality, ({ object, budget }) =>
    succeed((aggregate) => countOne(api, object, aggregate, budget)),
  );
}

function countOne(
  api: EspocrmApi,
  object: FoundObject,
  aggregate: Aggregate,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const where = conditionsOf(object, aggregate);
  return where === undefined
    ? Promise.resolve(succeed(unknown('not_supported', 'EspoCRM cannot group')))
    : api.count(object.entity, where, budget);
}

function conditionsOf(object: FoundObject, aggregate: Aggregate): readonly Condition[] | undefined {
  switch (aggregate.kind) {
    case 'rows':
      return [];
    case 'missing':
      return [{ type: 'isNull', attribute: object.sourceOf(aggregate.field) }];
    case 'older_than': {
      const value = toUtcText(Date.parse(aggregate.before));
      return [{ type: 'lessThan', attribute: object.sourceOf(aggregate.field), value }];
    }
    case 'keyed':
      return aggregate.key.map((field) => ({
        type: 'isNotNull',
        attribute: object.sourceOf(field),
      }));
    default:
      return undefined;
  }
}

/** Pages by rising id, so that records which come or go meanwhile shift nothing. */
export function createScan({ api, ...quality }: Quality): Scan {
  return createScanning(quality, ({ object: { entity }, sources: attributes, budget }) => {
    const search = { entity, attributes, orderBy: 'id', size: PAGE_SIZE };
    return succeed({
      async readPage(after?: string) {
        const where =
          after === undefined ? [] : [{ type: 'greaterThan', attribute: 'id', value: after }];
        const page = await api.list({ ...search, where }, budget);
        if (!page.ok) return page;
        const found = { entity, records: page.value, size: PAGE_SIZE, after };
        return succeed(pageByKey({ ...found, keyOf: textIdOf }));
      },
    });
  });
}

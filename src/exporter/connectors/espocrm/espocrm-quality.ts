import type { Outcome } from '../../../http/http.ts';
import { unknown } from '../../../std/std.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { Aggregate, Connector } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { createCounting } from '../web/count-aggregates.ts';
import { findObject } from '../web/object-options.ts';
import type { ApiObjects, FoundObject } from '../web/object-options.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createRowReader, pointersOf } from '../web/row-reader.ts';
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
export function createScan({
  api,
  objects,
  clock,
}: Quality): Exclude<Connector['scan'], undefined> {
  return async (call, name, fields, onPage) => {
    const object = findObject(objects, name, fields);
    if (!object.ok) return object;
    const { entity, sourceOf } = object.value;
    const sources = Object.fromEntries(fields.map((field) => [field, [sourceOf(field)]]));
    const reader = createRowReader(pointersOf(sources), name);
    const budget = startBudget(call, clock);
    let after: string | undefined;
    for (;;) {
      const page = await api.list(
        {
          entity,
          where:
            after === undefined ? [] : [{ type: 'greaterThan', attribute: 'id', value: after }],
          attributes: fields.map(sourceOf),
          orderBy: 'id',
          size: PAGE_SIZE,
        },
        budget,
      );
      if (!page.ok) return page;
      const rows = reader.read(page.value);
      if (!rows.ok) return rows;
      if (rows.value.length > 0 && !onPage(rows.value)) return succeed({ complete: false });
      if (page.value.length < PAGE_SIZE) {
        const checked = reader.check();
        return checked.ok ? succeed({ complete: true }) : checked;
      }
      const last = page.value.at(-1)?.['id'];
      if (typeof last !== 'string' || last === after) {
        return fail('schema_changed', `${entity} does not go on after ${PAGE_SIZE} records`);
      }
      after = last;
    }
  };
}

import type { Outcome } from '../../../http/http.ts';
import type { Random } from '../../../std/std.ts';
import type { Connector } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { NO_MORE, createScanning } from '../web/scan-pages.ts';
import type { Page, ReadPage } from '../web/scan-pages.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { PipedriveApi } from './pipedrive-api.ts';
import { PAGE_SIZE, createScanPages, readRecords, withFlatRecords } from './pipedrive-quality.ts';
import type { Quality } from './pipedrive-quality.ts';

/** What `ids` takes at most (v2, GET /persons and its likes): who does not exist or is not visible is left out. */
const IDENTIFIERS_OF_A_REQUEST = 100;

/** Leads to more records that are chosen by chance, where a scan has cursors. */
const BY_CHANCE = 'by chance';

type Sampling = {
  readonly api: PipedriveApi;
  readonly random: Random;
  readonly entity: string;
  readonly size: number;
  readonly budget: Budget;
};

/** What a call came to: with a draw it is a sample, without one a scan. */
type Choice = { draw?: Draw };

/**
 * Records are chosen by identifiers drawn at random up to the newest: each that exists is as likely as the next. The first
 * page is of the newest records, which tells the highest identifier, and all of a small object at once. Where a scan
 * asks for less than a sample would, it is one.
 */
export function createSample({
  random,
  ...quality
}: Quality & { readonly random: Random }): Exclude<Connector['sample'], undefined> {
  return async (call, name, fields, size, onPage) => {
    const choice: Choice = {};
    const scan = createScanning<string>(quality, ({ object: { entity }, sources, budget }) => {
      const sampling = { api: quality.api, random, entity, size, budget };
      return succeed({ readPage: withFlatRecords(createPages(sampling, choice), sources) });
    });
    const outcome = await scan(call, name, fields, onPage);
    if (!outcome.ok) return outcome;
    return succeed({ complete: outcome.value.complete && choice.draw === undefined });
  };
}

function createPages(sampling: Sampling, choice: Choice): ReadPage<string> {
  const { entity, size, random } = sampling;
  const readScanned = createScanPages({ ...sampling, newestFirst: true });
  return async (after) => {
    if (choice.draw !== undefined) return readChosen(sampling, choice.draw);
    const page = await readScanned(after);
    if (!page.ok || after !== undefined || !page.value.next.ok) return page;
    if (page.value.next.value === undefined) return page;
    const [newest, ...others] = page.value.records.map(idOf);
    if (newest === undefined || others.some((id) => id === undefined || id >= newest)) {
      return fail('schema_changed', `${entity} does not give the newest records first`);
    }
    const draw = createDraw(newest, { size, random });
    if (draw.isDearerThanScan(1)) return page;
    const chosen = await readChosen(sampling, draw);
    if (!chosen.ok) return chosen;
    // Where most identifiers are those of deleted records, or of others that are not visible, a scan has few pages.
    const density = chosen.value.records.length / IDENTIFIERS_OF_A_REQUEST;
    if (draw.isDearerThanScan(density)) return page;
    choice.draw = draw;
    return chosen;
  };
}

/** Identifiers, each once, until enough records were found. */
type Draw = {
  next(): ReadonlySet<number>;
  found(records: number): void;
  isOver(): boolean;
  /** Where this share of the identifiers leads to records. */
  isDearerThanScan(density: number): boolean;
};

function createDraw(
  highest: number,
  { size, random }: { readonly size: number; readonly random: Random },
): Draw {
  const drawn = new Set<number>();
  let missing = size;
  // As many as a scan of all of them would take, had none been deleted.
  let requests = Math.ceil(highest / PAGE_SIZE);
  return {
    next() {
      requests -= 1;
      const identifiers = new Set<number>();
      while (identifiers.size < IDENTIFIERS_OF_A_REQUEST && drawn.size < highest) {
        const identifier = 1 + Math.floor(random.next() * highest);
        if (drawn.has(identifier)) continue;
        drawn.add(identifier);
        identifiers.add(identifier);
      }
      return identifiers;
    },
    found: (records) => void (missing -= records),
    isOver: () => missing <= 0 || requests <= 0,
    isDearerThanScan: (density) =>
      size / (density * IDENTIFIERS_OF_A_REQUEST) >= Math.ceil((density * highest) / PAGE_SIZE),
  };
}

async function readChosen(
  { api, entity, budget }: Sampling,
  draw: Draw,
): Promise<Outcome<Page<string>>> {
  const asked = draw.next();
  const limits = { limit: IDENTIFIERS_OF_A_REQUEST, ids: [...asked] };
  const page = await readRecords(api, entity, limits, budget);
  if (!page.ok) return page;
  const { records } = page.value;
  const answered = new Set(records.map(idOf));
  // Were `ids` not minded, the answer would be the oldest records, which are like no others.
  if (answered.size < records.length || !answered.isSubsetOf(asked)) {
    return fail('schema_changed', `${entity} answers other records than those that were asked for`);
  }
  const listed = records.filter(isListed);
  draw.found(listed.length);
  return succeed({ records: listed, next: draw.isOver() ? NO_MORE : succeed(BY_CHANCE) });
}

/** Lists leave out archived and deleted records; whether `ids` does as well is not said. */
function isListed(record: JsonRecord): boolean {
  return record['is_archived'] !== true && record['is_deleted'] !== true;
}

function idOf(record: JsonRecord | undefined): number | undefined {
  const id = record?.['id'];
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

import { resolveScalar } from './go-scalars.ts';
import type { GoNode } from './go-yaml.ts';
import type { ReportWebProblem } from './web-config-problems.ts';

/** The keys of a map with their values, in the order of the file. */
export type Fields = ReadonlyMap<string, GoNode>;

/** Merges of one map, beyond which somebody plays tricks. */
const MAXIMUM_MERGES = 1000;

export function isNull(node: GoNode | undefined): boolean {
  return node === undefined || (node.kind === 'scalar' && resolveScalar(node).kind === 'null');
}

/** Any scalar is a text in this format, and as it is written: `1.0` means "1.0". */
export function textOf(node: GoNode | undefined, place: string, report: ReportWebProblem): string {
  if (node === undefined) return '';
  if (node.kind !== 'scalar') {
    const message = 'here stands a list or a map where a text is expected';
    report('not_understood', place, message, 'write a text');
    return '';
  }
  const value = resolveScalar(node);
  if (value.kind === 'refused') {
    report('not_understood', place, `this is no ${node.tag}`, 'leave out the tag');
    return '';
  }
  if (value.kind === 'null') return '';
  return value.kind === 'text' ? value.value : node.text;
}

function isMerge(key: GoNode): boolean {
  return key.kind === 'scalar' && key.text === '<<' && (key.isPlain || key.tag === '!!merge');
}

/** What `<<` stands for, the map that counts most last. */
function mergedMaps(value: GoNode): readonly GoNode[] | undefined {
  const maps = value.kind === 'list' ? value.items.toReversed() : [value];
  return maps.every(({ kind }) => kind === 'map') ? maps : undefined;
}

type Reading = {
  readonly place: string;
  /** Null: any key, and none twice even if one of them is merged in. */
  readonly known: readonly string[] | null;
  readonly report: ReportWebProblem;
  readonly fields: Map<string, GoNode>;
  /** Maps that are being merged, to notice one that holds itself. */
  readonly open: Set<GoNode>;
  merges: number;
};

function readMerge(value: GoNode, reading: Reading): void {
  const { place, report, open } = reading;
  const maps = mergedMaps(value);
  reading.merges += maps?.length ?? 0;
  if (maps === undefined || reading.merges > MAXIMUM_MERGES) {
    const message =
      maps === undefined ? 'what is merged here is no map' : 'too many maps are merged here';
    report('not_understood', place, message, 'write a map, or a list of maps, after <<');
    return;
  }
  for (const map of maps) {
    if (open.has(map)) {
      report('not_understood', place, 'a map is merged into itself', 'write out what is meant');
    } else readEntries(map, reading);
  }
}

function readEntries(map: GoNode, reading: Reading): void {
  if (map.kind !== 'map') return;
  const { place, known, report, fields, open } = reading;
  const own = new Set<string>();
  open.add(map);
  for (const [key, value] of map.entries) {
    if (isMerge(key)) {
      readMerge(value, reading);
      continue;
    }
    const name = textOf(key, place === '' ? 'a key' : place, report);
    const at = place === '' ? name : `${place}.${name}`;
    if (known !== null && !known.includes(name)) {
      report('not_understood', at, 'this key is not known', `write one of: ${known.join(', ')}`);
    } else if (own.has(name) || (known === null && fields.has(name))) {
      report('not_understood', at, 'this key is written twice', 'leave out one of them');
    } else {
      own.add(name);
      fields.set(name, value);
    }
  }
  open.delete(map);
}

/**
 * The fields of a map; none where it stands empty. A key that is not known, or is written twice, is a problem. As in Go a
 * map that is merged in loses to what stands after it and wins over what stands before.
 */
export function fieldsOf(
  node: GoNode | undefined,
  place: string,
  known: readonly string[] | null,
  report: ReportWebProblem,
): Fields {
  const fields = new Map<string, GoNode>();
  if (node === undefined || isNull(node)) return fields;
  if (node.kind === 'map') {
    readEntries(node, { place, known, report, fields, open: new Set(), merges: 0 });
  } else {
    const message = 'here stands a value where a map of keys is expected';
    report(
      'not_understood',
      place === '' ? 'the file' : place,
      message,
      'see docs/exporter/web.md',
    );
  }
  return fields;
}

/** The items of a list; undefined where there is none. */
export function itemsOf(
  node: GoNode | undefined,
  place: string,
  report: ReportWebProblem,
): readonly GoNode[] | undefined {
  if (node === undefined || isNull(node)) return undefined;
  if (node.kind === 'list') return node.items;
  report('not_understood', place, 'this is no list', 'write a list, an item a line');
  return undefined;
}

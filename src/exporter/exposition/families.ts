import type { LabelPairs, Renderer } from './renderer.ts';
import { EXPOSED_METRICS } from './series.ts';
import type { ExposedName, Series } from './series.ts';

/** Rendered families; a chunk is what one source (such as a probe of a target) adds to one of them. */
export type Families = {
  /** Replaces everything the source said before. */
  replace(source: string, target: string | undefined, series: readonly Series[]): void;
  render(): string;
};

type Family = {
  readonly header: string;
  readonly chunks: Map<string, string>;
  /** The whole family as text; undefined after one of its chunks changed. */
  text: string | undefined;
};

/**
 * The text format wants all lines of a family together, and results come probe by probe. So each source's
 * lines are rendered once, when they arrive, and cached per family; a scrape only joins the families in
 * which something changed.
 */
export function createFamilies(renderer: Renderer): Families {
  const names = Object.keys(EXPOSED_METRICS) as ExposedName[];
  const families = new Map(
    names.map((name): [ExposedName, Family] => {
      const header = renderer.header(name, EXPOSED_METRICS[name]);
      return [name, { header, chunks: new Map(), text: '' }];
    }),
  );
  const namesBySource = new Map<string, readonly ExposedName[]>();

  function setChunk(name: ExposedName, source: string, chunk: string | undefined): void {
    const family = families.get(name);
    if (family === undefined || family.chunks.get(source) === chunk) return;
    if (chunk === undefined) family.chunks.delete(source);
    else family.chunks.set(source, chunk);
    family.text = undefined;
  }

  return {
    replace(source, target, series) {
      const chunks = renderChunks(renderer, target, series);
      for (const name of namesBySource.get(source) ?? []) {
        if (!chunks.has(name)) setChunk(name, source, undefined);
      }
      for (const [name, chunk] of chunks) setChunk(name, source, chunk);
      namesBySource.set(source, [...chunks.keys()]);
    },
    render: () => [...families.values()].map(familyText).join(''),
  };
}

function familyText(family: Family): string {
  family.text ??=
    family.chunks.size === 0 ? '' : family.header + [...family.chunks.values()].join('');
  return family.text;
}

function renderChunks(
  renderer: Renderer,
  target: string | undefined,
  series: readonly Series[],
): Map<ExposedName, string> {
  const lines = new Map<ExposedName, Map<string, string>>();
  for (const { name, labels, value } of series) {
    const rendered = renderer.series(name, labelPairs(name, target, labels));
    const ofFamily = lines.get(name) ?? new Map<string, string>();
    lines.set(name, ofFamily);
    // Prometheus refuses a series that is written twice, so of equal ones the last is kept.
    ofFamily.set(rendered, renderer.line(rendered, value));
  }
  return new Map([...lines].map(([name, ofFamily]) => [name, [...ofFamily.values()].join('')]));
}

/** Labels in the catalog's order, behind the target; an empty label is the same as none. */
function labelPairs(
  name: ExposedName,
  target: string | undefined,
  labels: Readonly<Record<string, string>>,
): LabelPairs {
  const pairs: [string, string][] = target === undefined ? [] : [['target', target]];
  for (const label of EXPOSED_METRICS[name].labels) {
    const value = labels[label];
    if (value !== undefined && value !== '') pairs.push([label, value]);
  }
  return pairs;
}

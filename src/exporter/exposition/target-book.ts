import type { ProbeKindName } from '../../catalog/catalog.ts';
import type { ProbeRun } from '../probes/probes.ts';
import type { ChunkStore } from './chunk-store.ts';
import { unsupportedToSeries } from './series.ts';
import { thresholdsToSeries } from './thresholds.ts';
import type { ThresholdOverrides } from './thresholds.ts';

export type ExposedTarget = {
  readonly name: string;
  readonly platform: string;
  readonly thresholds?: ThresholdOverrides;
  /** Enabled kinds that the connector cannot do. */
  readonly unsupported?: readonly ProbeKindName[];
};

/** What is said of targets themselves: platform and version, thresholds, what cannot be measured. */
export type TargetBook = {
  set(target: ExposedTarget): void;
  remove(name: string): void;
  /** A probe may have learnt the version of the CRM. */
  noteVersion(run: ProbeRun): void;
};

export function createTargetBook(
  store: ChunkStore,
  sourceOf: (name: string) => string,
): TargetBook {
  const targets = new Map<string, ExposedTarget>();
  const versions = new Map<string, string>();

  function describe({ name, platform, thresholds = {}, unsupported = [] }: ExposedTarget): void {
    const info = { platform, version: versions.get(name) ?? '' };
    store.replace(sourceOf(name), name, [
      { name: 'crm_target_info', labels: info, value: 1 },
      ...thresholdsToSeries(thresholds),
      ...unsupported.flatMap(unsupportedToSeries),
    ]);
  }

  return {
    set(target) {
      targets.set(target.name, target);
      describe(target);
    },
    remove(name) {
      targets.delete(name);
      versions.delete(name);
      store.replace(sourceOf(name), name, []);
    },
    noteVersion({ target: name, result }) {
      const version = result.ok ? result.version : undefined;
      if (version === undefined || version === versions.get(name)) return;
      versions.set(name, version);
      const target = targets.get(name);
      if (target !== undefined) describe(target);
    },
  };
}

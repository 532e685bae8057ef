import type { DASHBOARD_UIDS } from '../catalog/catalog.ts';

/** A query of a panel. `$target`, `$__rate_interval` and `$__range` stand for what Grafana puts in. */
export type QuerySpec = {
  readonly expression: string;
  /** Name of each series, with {{label}} in it. */
  readonly legend: string;
  /** Why a healthy installation may have no data here; absent where there must always be some. */
  readonly mayBeEmpty?: string;
};

export type PanelUnit = 'seconds' | 'ratio' | 'count' | 'per_second' | 'info';

/** A panel as plain data: what it shows and what it means. */
export type PanelSpec = {
  readonly title: string;
  readonly description: string;
  readonly view: 'number' | 'lines' | 'timeline' | 'table';
  readonly unit: PanelUnit;
  /** Of 24 columns. */
  readonly width: 4 | 6 | 8 | 12 | 24;
  readonly queries: readonly QuerySpec[];
  /** Colours from these values on; green below the first. */
  readonly colours?: readonly {
    readonly from: number;
    readonly colour: 'green' | 'orange' | 'red';
  }[];
};

export type RowSpec = { readonly title: string; readonly panels: readonly PanelSpec[] };

export type DashboardSpec = {
  readonly uid: (typeof DASHBOARD_UIDS)[keyof typeof DASHBOARD_UIDS];
  readonly title: string;
  readonly description: string;
  /** Whether one target is chosen above the panels. */
  readonly hasTarget: boolean;
  readonly rows: readonly RowSpec[];
};

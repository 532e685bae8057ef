import { describe, expect, it } from 'vitest';
import { DASHBOARD_UIDS, MEASUREMENT_NAMES } from '../../src/catalog/catalog.ts';
import {
  DASHBOARDS,
  generateDashboardFiles,
  listDashboardExpressions,
} from '../../src/dashboards/dashboards.ts';
import { metricNames, unknownMetrics } from '../support/metric-names.ts';

type PanelJson = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
};
type DashboardJson = {
  readonly uid: string;
  readonly panels: readonly PanelJson[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string }[];
  };
};

const expressions = listDashboardExpressions({ target: 'crm1', rateInterval: '1m' });

describe.each(generateDashboardFiles())('$path', ({ path, text }) => {
  const dashboard = JSON.parse(text) as DashboardJson;
  const panels = dashboard.panels.filter((panel) => panel.type !== 'row');

  it('has a stable id, which names the file', () => {
    expect(Object.values(DASHBOARD_UIDS)).toContain(dashboard.uid);
    expect(path).toBe(`grafana/${dashboard.uid}.json`);
  });

  it('has panels with a title, a description, a unit and a data source that is chosen above', () => {
    expect(panels.length).toBeGreaterThan(8);
    expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource' });
    for (const panel of panels) {
      expect(panel.title).not.toBe('');
      expect(panel.description?.length, panel.title).toBeGreaterThan(10);
      expect(panel.fieldConfig?.defaults.unit, panel.title).toBeTruthy();
      expect(panel.datasource?.uid).toBe('${datasource}');
      expect(panel.targets?.length, panel.title).toBeGreaterThan(0);
      const references = panel.targets?.map((target) => target.refId) ?? [];
      expect(new Set(references).size, panel.title).toBe(references.length);
    }
  });

  it('has panels with their own ids that do not lie on each other', () => {
    const ids = dashboard.panels.map((panel) => panel.id);
    expect(new Set(ids).size).toBe(ids.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.x + gridPos.w))).toBe(24);
  });
});

describe('the expressions of the dashboards', () => {
  it('use only metrics of the catalog and of the recording rules', () => {
    expect(expressions.filter(({ expression }) => unknownMetrics(expression).length > 0)).toEqual(
      [],
    );
    expect(unknownMetrics('sum(crm_made_up_ratio)')).toEqual(['crm_made_up_ratio']);
  });

  it('have no variable left when they are listed', () => {
    expect(expressions.length).toBeGreaterThan(60);
    expect(expressions.filter(({ expression }) => expression.includes('$'))).toEqual([]);
  });

  it('choose the target on the dashboard of one target, and only there', () => {
    for (const { dashboard, expression } of expressions) {
      expect(expression.includes('target="crm1"'), expression).toBe(
        dashboard === DASHBOARD_UIDS.target,
      );
    }
  });

  it('show the worse state where exporters disagree', () => {
    const last = (metric: string): readonly string[] =>
      expressions.flatMap(({ expression }) =>
        expression.includes(`(${metric}{`) ? [expression.slice(0, 6)] : [],
      );
    expect(last('crm_audit_trail_recording')).toEqual(['min by']);
    expect(last('crm_vendor_state')).toEqual(['max by']);
  });

  it('show every measurement that is more than a setting somewhere', () => {
    const shown = new Set(
      expressions.flatMap(({ expression }) =>
        metricNames(expression).map((name) => name.split(':')[1] ?? name),
      ),
    );
    expect(MEASUREMENT_NAMES.filter((name) => !shown.has(name))).toEqual([
      'crm_api_quota_limit',
      'crm_integration_failures_window_seconds',
      'crm_certificate_not_after_timestamp_seconds',
      'crm_failed_logins_window_seconds',
      'crm_audit_trail_window_seconds',
    ]);
  });

  it('have panels with titles that are unique within their row', () => {
    for (const row of DASHBOARDS.flatMap((dashboard) => dashboard.rows)) {
      const titles = row.panels.map((panel) => panel.title);
      expect(new Set(titles).size, row.title).toBe(titles.length);
    }
  });
});

import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { buildPanel } from './build-panel.ts';
import { DATASOURCE } from './datasource.ts';
import type { DashboardSpec } from './panel-spec.ts';

const TAG = 'crmwatch';

/** The JSON Grafana provisions a dashboard from. The same specification always gives the same text. */
export function buildDashboard(spec: DashboardSpec): string {
  const builder = new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags([TAG])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .withVariable(
      new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    )
    .link(
      new DashboardLinkBuilder('crmwatch')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .keepTime(true)
        .includeVars(true),
    );
  if (spec.hasTarget) builder.withVariable(targetVariable());
  let id = 1;
  for (const row of spec.rows) {
    builder.withRow(new RowBuilder(row.title).id(id++));
    for (const panel of row.panels) builder.withPanel(buildPanel(panel, id++));
  }
  return `${JSON.stringify(builder.build(), null, 2)}\n`;
}

function targetVariable(): QueryVariableBuilder {
  return new QueryVariableBuilder('target')
    .label('CRM')
    .datasource(DATASOURCE)
    .query({ query: 'label_values(crm_probe_success, target)', refId: 'targets' })
    .definition('label_values(crm_probe_success, target)')
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as LinesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { DATASOURCE } from './datasource.ts';
import type { PanelSpec, PanelUnit } from './panel-spec.ts';

const GRAFANA_UNITS: Readonly<Record<PanelUnit, string>> = {
  seconds: units.Seconds,
  ratio: units.PercentUnit,
  count: units.Short,
  per_second: units.EventsPerSecond,
  info: units.NoUnit,
};

const HEIGHTS: Readonly<Record<PanelSpec['view'], number>> = {
  number: 4,
  lines: 8,
  timeline: 8,
  table: 8,
};

/** What all four kinds of panels of the SDK have in common. */
type AnyPanelBuilder = StatBuilder | TimelineBuilder | TableBuilder | LinesBuilder;

/** Turns a panel into what Grafana reads. Panels are placed one after the other in the order they are added. */
export function buildPanel(spec: PanelSpec, id: number): Builder<Panel> {
  const builder = BUILDERS[spec.view]();
  builder
    .id(id)
    .title(spec.title)
    .description(spec.description)
    .datasource(DATASOURCE)
    .unit(GRAFANA_UNITS[spec.unit])
    .height(HEIGHTS[spec.view])
    .span(spec.width)
    .noValue('no data')
    .thresholds(
      new ThresholdsConfigBuilder()
        .mode(ThresholdsMode.Absolute)
        .steps([
          { value: null, color: 'green' },
          ...(spec.colours ?? []).map(({ from, colour }) => ({ value: from, color: colour })),
        ]),
    )
    .targets(spec.queries.map((_, index) => buildQuery(spec, index)));
  return builder;
}

const BUILDERS: Readonly<Record<PanelSpec['view'], () => AnyPanelBuilder>> = {
  number: () =>
    new StatBuilder()
      .graphMode(BigValueGraphMode.Area)
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull'])),
  timeline: () => new TimelineBuilder().showValue(VisibilityMode.Auto).mergeValues(true),
  table: () => new TableBuilder().showHeader(true).filterable(true),
  lines: () =>
    new LinesBuilder()
      .lineWidth(2)
      .fillOpacity(8)
      .showPoints(VisibilityMode.Never)
      .legend(
        new VizLegendOptionsBuilder()
          .displayMode(LegendDisplayMode.List)
          .placement(LegendPlacement.Bottom)
          .showLegend(true),
      ),
};

function buildQuery(spec: PanelSpec, index: number): DataqueryBuilder {
  const query = spec.queries[index];
  if (query === undefined) throw new Error(`panel ${spec.title} has no query ${index}`);
  const builder = new DataqueryBuilder()
    .refId(String.fromCodePoint('A'.charCodeAt(0) + index))
    .datasource(DATASOURCE)
    .expr(query.expression)
    .legendFormat(query.legend);
  return spec.view === 'table'
    ? builder.instant().format(PromQueryFormat.Table)
    : builder.range().format(PromQueryFormat.TimeSeries);
}

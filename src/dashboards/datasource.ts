/** The data source is a variable, so that the dashboards work with any Prometheus of any Grafana. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

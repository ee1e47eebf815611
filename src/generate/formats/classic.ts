import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

/** The oldest Grafana that has all that the dashboards use. */
const GRAFANA = '11.0.0';

/**
 * What Grafana's own export to share a dashboard has. No inputs: a variable of the dashboard selects
 * the data source, so an import asks for none.
 */
const SHARED = {
  __inputs: [],
  __requires: [
    { type: 'grafana', id: 'grafana', name: 'Grafana', version: GRAFANA },
    { type: 'datasource', id: 'prometheus', name: 'Prometheus', version: '1.0.0' },
  ],
};

/** The JSON that Grafana imports and provisions from a file, and that grafana.com takes. */
export function classicDashboard(dashboard: Dashboard): string {
  return `${JSON.stringify({ ...SHARED, ...dashboard }, null, 2)}\n`;
}

import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

/** The oldest version with all features of the dashboards. */
const GRAFANA_VERSION = '11.0.0';

/**
 * Fields of Grafana's export for sharing. There are no inputs, because a dashboard variable selects the
 * data source.
 */
const EXPORT_FIELDS = {
  __inputs: [],
  __requires: [
    { type: 'grafana', id: 'grafana', name: 'Grafana', version: GRAFANA_VERSION },
    { type: 'datasource', id: 'prometheus', name: 'Prometheus', version: '1.0.0' },
  ],
};

/** JSON for the import and the provisioning of Grafana, and for grafana.com. */
export function classicDashboard(dashboard: Dashboard): string {
  return `${JSON.stringify({ ...EXPORT_FIELDS, ...dashboard }, null, 2)}\n`;
}

import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

/** The JSON that Grafana imports and provisions from a file. */
export function classicDashboard(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

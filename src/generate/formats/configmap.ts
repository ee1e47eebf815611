import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { GenerateSettings } from '../options/generate-options.ts';
import { classicDashboard } from './classic.ts';
import { kubernetesObject } from './kubernetes.ts';

/** Which ConfigMaps the sidecar of Grafana's Helm chart takes for dashboards, by its defaults. */
const LABELS = { grafana_dashboard: '1' };

/** A dashboard in a ConfigMap of its own: together they could be more than one may hold. */
export function configMap(dashboard: Dashboard, settings: GenerateSettings): string {
  const name = String(dashboard.uid);
  return kubernetesObject(
    { apiVersion: 'v1', kind: 'ConfigMap', name, labels: LABELS },
    { data: { [`${name}.json`]: classicDashboard(dashboard) } },
    settings,
  );
}

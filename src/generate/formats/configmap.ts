import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { GenerateSettings } from '../options/generate-options.ts';
import { classicDashboard } from './classic.ts';
import { kubernetesObject } from './kubernetes.ts';

/** The default label of the dashboard sidecar in Grafana's Helm chart. */
const LABELS = { grafana_dashboard: '1' };

/** One ConfigMap per dashboard, because a ConfigMap holds at most 1 MiB. */
export function configMap(dashboard: Dashboard, settings: GenerateSettings): string {
  const name = String(dashboard.uid);
  return kubernetesObject(
    { apiVersion: 'v1', kind: 'ConfigMap', name, labels: LABELS },
    { data: { [`${name}.json`]: classicDashboard(dashboard) } },
    settings,
  );
}

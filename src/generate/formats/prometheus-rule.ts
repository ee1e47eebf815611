import type { RuleGroup } from '../alerts/types.ts';
import type { Queries } from '../promql/queries.ts';
import { kubernetesObject } from './kubernetes.ts';
import { prometheusGroups } from './rules.ts';

/** The labels by which the Prometheus of kube-prometheus selects rules. */
const LABELS = { prometheus: 'k8s', role: 'alert-rules' };

/** A custom resource of the Prometheus operator. */
export function prometheusRule(
  name: string,
  groups: readonly RuleGroup[],
  queries: Queries,
): string {
  return kubernetesObject(
    { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', name, labels: LABELS },
    { spec: { groups: prometheusGroups(groups, queries) } },
    queries.settings,
  );
}

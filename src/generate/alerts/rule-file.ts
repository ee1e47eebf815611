import { stringify } from 'yaml';
import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import { GENERATED } from '../generated.ts';
import { INSTANCE, JOB, type Queries } from '../queries.ts';
import type { Alert, AlertGroup } from './alert.ts';

/**
 * A rule file of Prometheus.
 *
 * @throws Error if a group has no alerts, which would look like a system without faults
 */
export function ruleFile(groups: readonly AlertGroup[], queries: Queries): string {
  if (groups.length === 0) throw new Error('Expected a group of alerts, got none');
  const empty = groups.find(({ alerts }) => alerts.length === 0);
  if (empty) throw new Error(`Expected alerts in the group ${empty.name}, got none`);
  const content = {
    groups: groups.map(({ name, alerts }) => ({
      name,
      rules: alerts.map((alert) => rule(alert, queries)),
    })),
  };
  return `# ${GENERATED}\n${stringify(content, { lineWidth: 0 })}`;
}

function rule(alert: Alert, queries: Queries): object {
  const { runbookUrl, dashboardUrl } = queries.settings;
  const variable = (name: string, label: string) =>
    `var-${name}={{ ${queries.labelValue(label)} | urlquery }}`;
  const variables = [
    variable('job', JOB),
    variable('instance', INSTANCE),
    variable('policy', ATTR_POLICY_NAME),
  ];
  return {
    alert: alert.name,
    expr: alert.expr,
    ...(alert.for === undefined ? {} : { for: alert.for }),
    labels: { severity: alert.severity },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      runbook_url: `${runbookUrl}/${alert.name}.md`,
      dashboard_url: `${dashboardUrl}/d/${alert.dashboard}?${variables.join('&')}`,
    },
  };
}

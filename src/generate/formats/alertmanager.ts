import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import { labelName } from '../../semconv/prometheus.ts';
import type { Alert } from '../alerts/types.ts';
import type { Queries } from '../promql/queries.ts';
import { resolveInhibitions } from './inhibitions.ts';
import { yamlFile } from './yaml.ts';

/** The example names files for secrets, so that it can be committed. */
const SECRETS = '/etc/alertmanager/secrets';

/** The default retention of Alertmanager, so that a notification is sent once. */
const ONCE = '120h';

const TITLE =
  '{{ if eq .Status "firing" }}:rotating_light:{{ else }}:white_check_mark:{{ end }} ' +
  '{{ .CommonLabels.severity | toUpper }} {{ .GroupLabels.SortedPairs.Values | join " " }} ' +
  '({{ .Alerts.Firing | len }} firing)';

const TEXT = `{{ range .Alerts -}}
{{ if eq .Status "resolved" }}_Resolved:_ {{ end }}*{{ .Annotations.summary }}*
{{ .Annotations.description }}
<{{ .Annotations.runbook_url }}|Runbook>{{ with .Annotations.dashboard_url }} · <{{ . }}|Dashboard>{{ end }}
{{ end }}`;

/** An example of a complete Alertmanager configuration. */
export function alertmanagerFile(alerts: readonly Alert[], queries: Queries): string {
  const { naming, without } = queries.settings;
  const names = (labels: readonly string[]) => labels.map((label) => labelName(label, naming));
  const policy = names(queries.policy);
  const policyOfAnyJob = names([
    ...queries.service.filter((label) => label !== queries.job),
    ATTR_POLICY_NAME,
  ]);
  const slack = (channel: string, sendResolved: boolean) => ({
    api_url_file: `${SECRETS}/slack-url`,
    channel,
    send_resolved: sendResolved,
    color: '{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}',
    title: TITLE,
    text: TEXT,
  });
  return yamlFile(
    {
      route: {
        receiver: 'slack',
        // One message for all alerts of a policy and service.
        group_by: policy,
        group_wait: '30s',
        group_interval: '5m',
        repeat_interval: '12h',
        routes: [
          {
            matchers: [severityIs('critical')],
            receiver: 'pager',
            // One incident for a dependency that is down for many services.
            group_by: policyOfAnyJob,
            group_wait: '30s',
            repeat_interval: '4h',
          },
          { matchers: [severityIs('warning')], receiver: 'slack' },
          {
            matchers: [severityIs('info')],
            receiver: 'slack-quiet',
            group_wait: '5m',
            group_interval: '1h',
            repeat_interval: ONCE,
          },
        ],
      },
      inhibit_rules: resolveInhibitions(alerts, without).flatMap(
        ({ cause, symptoms, acrossJobs }) =>
          // An inhibition rule matches one severity, or every severity.
          [...new Set(symptoms.map(({ severity }) => severity))].map((severity) => ({
            source_matchers: matchers([cause.name], cause.severity),
            target_matchers: matchers(
              symptoms.filter((symptom) => symptom.severity === severity).map(({ name }) => name),
              severity,
            ),
            equal: acrossJobs ? policyOfAnyJob : policy,
          })),
      ),
      receivers: [
        {
          name: 'pager',
          pagerduty_configs: [
            {
              routing_key_file: `${SECRETS}/pagerduty-key`,
              severity: 'critical',
              description: '{{ (index .Alerts 0).Annotations.summary }}',
              links: [
                { href: '{{ (index .Alerts 0).Annotations.runbook_url }}', text: 'Runbook' },
                ...(queries.settings.dashboardBase === undefined
                  ? []
                  : [
                      {
                        href: '{{ (index .Alerts 0).Annotations.dashboard_url }}',
                        text: 'Dashboard',
                      },
                    ]),
              ],
            },
          ],
        },
        { name: 'slack', slack_configs: [slack('#resilience', true)] },
        { name: 'slack-quiet', slack_configs: [slack('#resilience-quiet', false)] },
      ],
    },
    '',
    'Routes: critical pages, warning goes to a channel, info goes once to a quiet channel. Replace the',
    'receivers by yours, and write the secrets into the files named here.',
  );
}

function severityIs(severity: Alert['severity']): string {
  return `severity="${severity}"`;
}

function matchers(names: readonly string[], severity: Alert['severity'] | undefined): string[] {
  const name = names.length === 1 ? `alertname="${names[0]}"` : `alertname=~"${names.join('|')}"`;
  return [name, ...(severity === undefined ? [] : [severityIs(severity)])];
}

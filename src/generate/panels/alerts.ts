import { Number as Count } from '@grafana/grafana-foundation-sdk/units';
import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import {
  ALERTS,
  LABEL_ALERT_NAME,
  LABEL_ALERT_STATE,
  LABEL_SEVERITY,
  type Matcher,
} from '../../semconv/prometheus.ts';
import { equals, matches, type Queries } from '../promql/queries.ts';
import { SEVERITIES } from './colors.ts';
import { ruleSelector } from './targets.ts';
import { POLICY_TITLE, type Table } from './types.ts';

/** The prefix of all alert names of this package. */
const PREFIX = 'Resilience';

export function firingAlerts(queries: Queries): Table {
  const rows = [
    { label: LABEL_ALERT_NAME, title: 'Alert' },
    ...queries.service.map((label) => ({ label, title: queries.title(label) })),
    { label: ATTR_POLICY_NAME, title: POLICY_TITLE },
  ];
  const by = queries.by(rows.map(({ label }) => label));
  const alerts = (...matchers: Matcher[]) =>
    ruleSelector(queries, ALERTS, [
      matches(LABEL_ALERT_NAME, `${PREFIX}.*`),
      equals(LABEL_ALERT_STATE, 'firing'),
      ...matchers,
    ]);
  // Numbers sort by urgency; names would sort info before warning.
  const severities = SEVERITIES.map(
    ({ severity }, i) => `${i + 1} * ${alerts(equals(LABEL_SEVERITY, severity))}`,
  );
  return {
    kind: 'table',
    title: 'Firing alerts',
    description:
      'Alerts of this package that fire now, and for how many replicas or dependencies. Critical: ' +
      'callers are affected. The runbook of an alert says what to do.',
    noData: 'no alert fires, or Prometheus has not loaded the rules of this package.',
    rows,
    columns: [
      {
        title: 'Severity',
        unit: Count,
        expr: `max ${by} (\n  ${severities.join('\n  or ')}\n)`,
        values: SEVERITIES,
      },
      { title: 'Firing', unit: Count, expr: `count ${by} (${alerts()})` },
    ],
    sortedBy: { title: 'Severity', order: 'descending' },
    linksToPolicy: true,
  };
}

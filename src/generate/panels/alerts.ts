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
import { made } from './targets.ts';
import { POLICY_TITLE, type Table } from './types.ts';

/** What the names of all alerts of this package begin with. */
const PREFIX = 'Resilience';

export function firing(queries: Queries): Table {
  const rows = [
    { label: LABEL_ALERT_NAME, title: 'Alert' },
    ...queries.service.map((label) => ({ label, title: queries.title(label) })),
    { label: ATTR_POLICY_NAME, title: POLICY_TITLE },
  ];
  const by = queries.by(rows.map(({ label }) => label));
  const alerts = (...matchers: Matcher[]) =>
    made(queries, ALERTS, [
      matches(LABEL_ALERT_NAME, `${PREFIX}.*`),
      equals(LABEL_ALERT_STATE, 'firing'),
      ...matchers,
    ]);
  // By the alphabet info would come before warning.
  const urgencies = SEVERITIES.map(
    ({ severity }, i) => `${i + 1} * ${alerts(equals(LABEL_SEVERITY, severity))}`,
  );
  return {
    kind: 'table',
    title: 'Alerts firing',
    description:
      'Alerts of this pack that fire now, and for how many replicas or dependencies each. Critical ' +
      'means that callers are harmed. Their runbooks tell what to do.',
    noData: 'no alert fires; or the rules of this pack are not loaded into this Prometheus.',
    rows,
    columns: [
      {
        title: 'Severity',
        unit: Count,
        expr: `max ${by} (\n  ${urgencies.join('\n  or ')}\n)`,
        values: SEVERITIES,
      },
      { title: 'Firing', unit: Count, expr: `count ${by} (${alerts()})` },
    ],
    sortedBy: { title: 'Severity', order: 'falling' },
    toPolicy: true,
  };
}

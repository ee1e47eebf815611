import { Number as Count } from '@grafana/grafana-foundation-sdk/units';
import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import {
  ALERTS,
  LABEL_ALERT_NAME,
  LABEL_ALERT_STATE,
  LABEL_SEVERITY,
} from '../../semconv/prometheus.ts';
import { is, matches, type Queries } from '../queries.ts';
import { made } from './ask.ts';
import { SEVERITY } from './colors.ts';
import { JOB_TITLE, POLICY_TITLE, type Table } from './panel.ts';

/** What the names of all alerts of this package begin with. */
const PREFIX = 'Resilience';

export function firing(queries: Queries): Table {
  const rows = [
    { label: LABEL_SEVERITY, title: 'Severity', colors: SEVERITY },
    { label: LABEL_ALERT_NAME, title: 'Alert' },
    { label: queries.job, title: JOB_TITLE },
    { label: ATTR_POLICY_NAME, title: POLICY_TITLE },
  ];
  const alerts = made(queries, ALERTS, [
    matches(LABEL_ALERT_NAME, `${PREFIX}.*`),
    is(LABEL_ALERT_STATE, 'firing'),
  ]);
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
        title: 'Firing',
        unit: Count,
        expr: `count ${queries.by(rows.map(({ label }) => label))} (${alerts})`,
      },
    ],
    // Critical is the first by the alphabet, too.
    sortedBy: { title: 'Severity', order: 'rising' },
    toPolicy: true,
  };
}

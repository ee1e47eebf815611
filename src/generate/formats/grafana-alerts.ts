import { QueryBuilder } from '@grafana/grafana-foundation-sdk/alerting';
import { TypeMathBuilder, TypeThresholdBuilder } from '@grafana/grafana-foundation-sdk/expr';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { ALERTS } from '../../semconv/prometheus.ts';
import type { Alert, RuleGroup } from '../alerts/types.ts';
import { DATASOURCE } from '../dashboards/variables.ts';
import { toDuration } from '../promql/duration.ts';
import type { Queries } from '../promql/queries.ts';
import { FOLDER } from './folder.ts';
import { annotations } from './rules.ts';
import { yamlFile } from './yaml.ts';

/** Seconds between two evaluations, as Prometheus' own default is. */
const INTERVAL_SECONDS = 60;
/** Grafana evaluates at multiples of this. */
const GRAFANA_SECONDS = 10;
/** An instant query looks at the end of it; there must be one. */
const RANGE = { from: 600, to: 0 };
const EXPRESSION = { type: '__expr__', uid: '__expr__' };

/**
 * Alert rules that Grafana itself evaluates, as a file of its provisioning, whose keys are not those
 * of its API. https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/
 */
export function grafanaAlerts(all: readonly RuleGroup<Alert>[], queries: Queries): string {
  // Grafana writes no series of its alerts that a rule could count.
  const groups = all.map((group) => ({
    ...group,
    rules: group.rules.filter(({ expr }) => !expr.includes(`${ALERTS}{`)),
  }));
  const alerts = groups.flatMap(({ rules }) => rules);
  const content = {
    apiVersion: 1,
    groups: groups.map(({ name, rules }) => ({
      orgId: 1,
      name,
      folder: FOLDER,
      interval: interval(queries),
      rules: rules.map((alert) => rule(alert, titleOf(alert, alerts), queries)),
    })),
  };
  return yamlFile(
    // What builders make has methods, too.
    JSON.parse(JSON.stringify(content)),
    '',
    `They ask the data source ${queries.settings.datasourceUid}. Two read what recording rules record, which Grafana`,
    'does not for a Prometheus: load resilience-recording-rules.yaml there, or they stay silent.',
  );
}

function rule(alert: Alert, title: string, queries: Queries) {
  const uid = title
    .replace(/^Resilience/, '')
    .replace(/[^\w]+/g, '-')
    .replace(/-$/, '');
  if (uid.length > 40) throw new Error(`Expected a uid of 40 characters at most, got ${uid}`);
  return {
    uid,
    title,
    condition: 'C',
    data: data(alert, queries.settings.datasourceUid).map((query) => query.build()),
    // The query gives what is wrong: nothing is what it gives when all is well.
    noDataState: 'OK',
    execErrState: 'Error',
    for: alert.forSeconds === undefined ? '0s' : queries.time(alert.forSeconds),
    ...(alert.keepFiringSeconds === undefined
      ? {}
      : { keep_firing_for: queries.time(alert.keepFiringSeconds) }),
    // What the query gives no more is over, as in Prometheus.
    missing_series_evals_to_resolve: 1,
    annotations: Object.fromEntries(
      Object.entries(annotations(alert, queries)).map(([name, text]) => [
        name,
        // What Prometheus calls the value is here a list of those of all queries.
        text.replace(/\$value\b/g, '$values.A.Value'),
      ]),
    ),
    labels: { severity: alert.severity, ...alert.labels },
    isPaused: false,
  };
}

/**
 * Any number that the query gives means that the alert fires, also a zero: none of the dependencies
 * is available. So it is not the number that is held against the threshold.
 */
function data({ expr }: Alert, uid: string): QueryBuilder[] {
  const query = new DataqueryBuilder()
    .refId('A')
    .datasource({ type: DATASOURCE.type, uid })
    .expr(expr)
    .instant();
  const given = new TypeMathBuilder()
    .refId('B')
    .datasource(EXPRESSION)
    .expression('is_number($A) || is_nan($A) || is_inf($A)');
  const fires = new TypeThresholdBuilder()
    .refId('C')
    .datasource(EXPRESSION)
    .expression('B')
    .conditions([{ evaluator: { type: 'gt', params: [0] } }]);
  return [
    new QueryBuilder('A').datasourceUid(uid).relativeTimeRange(RANGE).model(query),
    new QueryBuilder('B').datasourceUid(EXPRESSION.uid).relativeTimeRange(RANGE).model(given),
    new QueryBuilder('C').datasourceUid(EXPRESSION.uid).relativeTimeRange(RANGE).model(fires),
  ];
}

/** Rules that share a name need titles of their own in Grafana: with their severity and window. */
function titleOf({ name, severity, labels }: Alert, alerts: readonly Alert[]): string {
  const shared = alerts.filter((other) => other.name === name).length > 1;
  return shared ? `${name} (${[severity, labels?.['long']].filter(Boolean).join(', ')})` : name;
}

function interval(queries: Queries): string {
  const seconds = Math.ceil(queries.seconds(INTERVAL_SECONDS) / GRAFANA_SECONDS) * GRAFANA_SECONDS;
  return toDuration(seconds);
}

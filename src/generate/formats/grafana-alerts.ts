import { QueryBuilder } from '@grafana/grafana-foundation-sdk/alerting';
import { TypeMathBuilder, TypeThresholdBuilder } from '@grafana/grafana-foundation-sdk/expr';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { ALERTS } from '../../semconv/prometheus.ts';
import type { Alert, RuleGroup } from '../alerts/types.ts';
import { DATASOURCE } from '../panels/datasource.ts';
import { toDuration } from '../promql/duration.ts';
import type { Queries } from '../promql/queries.ts';
import { FOLDER } from './folder.ts';
import { annotations } from './rules.ts';
import { yamlFile } from './yaml.ts';

/** Seconds between two evaluations, the default of Prometheus. */
const INTERVAL_SECONDS = 60;
/** Grafana evaluates at multiples of this interval. */
const GRAFANA_SECONDS = 10;
/** Grafana requires a range, although an instant query uses only its end. */
const RANGE = { from: 600, to: 0 };
const EXPRESSION = { type: '__expr__', uid: '__expr__' };

/**
 * Grafana-managed alert rules as provisioning file. Its keys differ from those of the API.
 * https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/
 */
export function grafanaAlerts(all: readonly RuleGroup<Alert>[], queries: Queries): string {
  // Grafana has no `ALERTS` series that a rule could count.
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
    // Builders return objects with methods.
    JSON.parse(JSON.stringify(content)),
    '',
    `The rules query the data source ${queries.settings.datasourceUid}. Some read recorded series: load`,
    'resilience-recording-rules.yaml into that Prometheus, or these alerts never fire.',
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
    // The query returns only what is wrong, so no data means OK.
    noDataState: 'OK',
    execErrState: 'Error',
    for: alert.forSeconds === undefined ? '0s' : queries.time(alert.forSeconds),
    ...(alert.keepFiringSeconds === undefined
      ? {}
      : { keep_firing_for: queries.time(alert.keepFiringSeconds) }),
    // Resolve an alert as soon as the query does not return it, as Prometheus does.
    missing_series_evals_to_resolve: 1,
    annotations: Object.fromEntries(
      Object.entries(annotations(alert, queries)).map(([name, text]) => [
        name,
        // In Grafana `$value` is text about all queries; `$values` has the numbers.
        text.replace(/\$value\b/g, '$values.A.Value'),
      ]),
    ),
    labels: { severity: alert.severity, ...alert.labels },
    isPaused: false,
  };
}

/**
 * An alert fires for every number that the query returns, including 0 (no dependency is available).
 * So the condition tests whether there is a number, not how large it is.
 */
function data({ expr }: Alert, uid: string): QueryBuilder[] {
  const query = new DataqueryBuilder()
    .refId('A')
    .datasource({ type: DATASOURCE.type, uid })
    .expr(expr)
    .instant();
  const hasValue = new TypeMathBuilder()
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
    new QueryBuilder('B').datasourceUid(EXPRESSION.uid).relativeTimeRange(RANGE).model(hasValue),
    new QueryBuilder('C').datasourceUid(EXPRESSION.uid).relativeTimeRange(RANGE).model(fires),
  ];
}

/** Titles must be unique in Grafana: rules that share a name add severity and window. */
function titleOf({ name, severity, labels }: Alert, alerts: readonly Alert[]): string {
  const isShared = alerts.filter((alert) => alert.name === name).length > 1;
  return isShared ? `${name} (${[severity, labels?.['long']].filter(Boolean).join(', ')})` : name;
}

function interval(queries: Queries): string {
  const seconds = Math.ceil(queries.seconds(INTERVAL_SECONDS) / GRAFANA_SECONDS) * GRAFANA_SECONDS;
  return toDuration(seconds);
}

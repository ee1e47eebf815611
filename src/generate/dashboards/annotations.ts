import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type AnnotationQuery,
  AnnotationQueryBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_POLICY_NAME,
  type CircuitBreakerState,
} from '../../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TRANSITIONS,
  EXECUTIONS,
} from '../../semconv/metrics.ts';
import {
  LABEL_SERVICE_VERSION,
  labelName,
  selectorOf,
  TARGET_INFO,
} from '../../semconv/prometheus.ts';
import { transition } from '../panels/circuit-breaker.ts';
import { BAD, LINE_COLORS } from '../panels/colors.ts';
import { DATASOURCE } from '../panels/datasource.ts';
import { sum } from '../panels/targets.ts';
import { equals, matches, type Queries } from '../promql/queries.ts';

interface Annotation {
  readonly name: string;
  readonly color: string;
  /** A series per event, with a value above 0 at the time of the event. */
  readonly expr: string;
  readonly title: string;
  readonly labels: readonly string[];
}

/** Events that every graph marks. */
export function annotations(queries: Queries): Builder<AnnotationQuery>[] {
  return [openings(queries), restarts(queries), versions(queries)].map((annotation) =>
    buildAnnotation(annotation, queries),
  );
}

function openings(queries: Queries): Annotation {
  const series = queries.dashboardSelector(
    CIRCUIT_BREAKER_TRANSITIONS,
    transition('closed', 'open'),
  );
  return {
    name: 'Circuits opened',
    color: BAD,
    expr: `${sum(queries, queries.policy, `increase(${series}[$__rate_interval])`)} > 0`,
    title: `Circuit opened: ${queries.legend(ATTR_POLICY_NAME)}`,
    labels: queries.policy,
  };
}

/** A restarted process resets its counters, or appears as a new instance. */
function restarts(queries: Queries): Annotation {
  const { service, instance } = queries.dashboardMatchers;
  const replicas = queries.by([...queries.service, queries.instance]);
  const closed = equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed');
  // All policies: a new policy of a running service is not a restart.
  const counters = queries.selector(EXECUTIONS, [...service, instance]);
  const states = queries.selector(CIRCUIT_BREAKER_STATE, [...service, instance, closed]);
  return {
    name: 'Restarts',
    color: LINE_COLORS[0],
    expr: `
count ${queries.by(queries.service)} (
  group ${replicas} (resets(${counters}[$__rate_interval]) > 0)
  or
  group ${replicas} (${states}) unless group ${replicas} (${states} offset $__rate_interval)
)`.trim(),
    title: `Restarted: ${queries.legend(queries.job)}`,
    labels: queries.service,
  };
}

/** The attribute `service.version` of the OpenTelemetry resource, if the service sets it. */
function versions(queries: Queries): Annotation {
  const { service, instance } = queries.dashboardMatchers;
  const { naming } = queries.settings;
  const by = queries.by([...queries.service, LABEL_SERVICE_VERSION]);
  const target = selectorOf(TARGET_INFO, naming, [
    ...service,
    instance,
    matches(LABEL_SERVICE_VERSION, '.+'),
  ]);
  return {
    name: 'Versions',
    color: LINE_COLORS[1],
    expr: `group ${by} (${target}) unless group ${by} (${target} offset $__rate_interval)`,
    title: `Version ${queries.legend(LABEL_SERVICE_VERSION)}: ${queries.legend(queries.job)}`,
    labels: [...queries.service, LABEL_SERVICE_VERSION],
  };
}

function buildAnnotation({ name, color, expr, title, labels }: Annotation, queries: Queries) {
  const { naming } = queries.settings;
  const legend = labels.map((label) => queries.legend(label)).join(' ');
  const builder = new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(color)
    .target(
      new DataqueryBuilder()
        .refId('A')
        .datasource(DATASOURCE)
        .expr(expr)
        .legendFormat(legend)
        .range(),
    )
    .titleFormat(title)
    .textFormat(queries.legend(queries.job))
    .tagKeys(labels.map((label) => labelName(label, naming)).join(','));
  return {
    build() {
      // The builder sets options that hide the toggle and mark the annotation as built in.
      const { placement: _, builtIn: __, ...annotation } = builder.build();
      return annotation;
    },
  };
}

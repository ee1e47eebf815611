import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type AnnotationQuery,
  AnnotationQueryBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import { CIRCUIT_BREAKER_TRANSITIONS } from '../../semconv/metrics.ts';
import { labelName } from '../../semconv/prometheus.ts';
import { duration } from '../duration.ts';
import { policyLegend, sum } from '../panels/ask.ts';
import { change } from '../panels/circuit-breaker.ts';
import type { Queries } from '../queries.ts';
import { DATASOURCE } from './variables.ts';

/** A mark on every graph where a circuit opened: what came before it, and what after? */
export function openings(queries: Queries): Builder<AnnotationQuery> {
  const series = queries.shown(CIRCUIT_BREAKER_TRANSITIONS, change('closed', 'open'));
  const opened = sum(queries, queries.policy, `increase(${series}[$__rate_interval])`);
  const annotation = new AnnotationQueryBuilder()
    .name('Circuits opened')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor('red')
    .target(
      new DataqueryBuilder()
        .refId('A')
        .datasource(DATASOURCE)
        .expr(`${opened} > 0`)
        .legendFormat(policyLegend(queries))
        .interval(duration(queries.settings.scrapeInterval))
        .range(),
    )
    .titleFormat(`Circuit opened: ${queries.legend(ATTR_POLICY_NAME)}`)
    .textFormat(queries.legend(queries.job))
    .tagKeys(queries.policy.map((label) => labelName(label, queries.settings.naming)).join(','));
  return {
    build() {
      // The builder would hide its switch in a menu, and calls it built into Grafana.
      const { placement: _, builtIn: __, ...built } = annotation.build();
      return built;
    },
  };
}

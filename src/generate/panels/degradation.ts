import { OpsPerSecond } from '@grafana/grafana-foundation-sdk/units';
import {
  ATTR_DEGRADATION_NAME,
  ATTR_DEGRADATION_PART,
  ATTR_DEGRADATION_STATUS,
  ATTR_OUTCOME,
  type Outcome,
} from '../../semconv/attributes.ts';
import { DEGRADATION_CALLS, DEGRADATION_PARTS } from '../../semconv/metrics.ts';
import { oneOf, type Queries } from '../promql/queries.ts';
import { DEGRADATION_STATUS_COLORS } from './colors.ts';
import { results } from './results.ts';
import { rate } from './targets.ts';
import type { Graph } from './types.ts';

const NOTHING_GATHERED =
  'no call of `gather` in this time, or no replica reports. The variable Policy has no effect here.';

/** More lines are hard to distinguish. */
const MAX_LINES = 10;

/** Without cancelled parts, which the caller did not wait for. */
const MISSING = oneOf<Outcome>(ATTR_OUTCOME, ['failure', 'rejected', 'timed_out']);

export function resultsByStatus(queries: Queries): Graph {
  return results(queries, DEGRADATION_CALLS, ATTR_DEGRADATION_STATUS, {
    title: 'Gathered results by completeness',
    description:
      'Results that `gather` collects from several systems. Complete: all parts. Partial: at least the ' +
      'required parts. Failed: too few.',
    noData: NOTHING_GATHERED,
    colors: DEGRADATION_STATUS_COLORS,
  });
}

export function missingParts(queries: Queries): Graph {
  const by = [ATTR_DEGRADATION_NAME, ATTR_DEGRADATION_PART];
  return {
    kind: 'lines',
    title: `Missing parts, top ${MAX_LINES}`,
    description:
      'Parts that failed, timed out, or were rejected by their policy, by result and part. The first is ' +
      'the system that is missing most often.',
    noData: NOTHING_GATHERED,
    unit: OpsPerSecond,
    queries: [
      {
        expr: `topk(${MAX_LINES}, ${rate(queries, DEGRADATION_PARTS, { by, matchers: [MISSING] })})`,
        legend: `${queries.legend(ATTR_DEGRADATION_NAME)}: ${queries.legend(ATTR_DEGRADATION_PART)}`,
      },
    ],
  };
}

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
import { DEGRADATION_STATUS } from './colors.ts';
import { results } from './results.ts';
import { rate } from './targets.ts';
import type { Graph } from './types.ts';

const NOTHING_GATHERED =
  'no answer was gathered from parts in that time, or no replica reports. Policies that are chosen ' +
  'make no difference here: a gathered answer has a name of its own.';

/** So many lines can still be told apart. */
const MOST = 10;

/** A part that the caller did not wait for is nobody's fault. */
const MISSING = oneOf<Outcome>(ATTR_OUTCOME, ['failure', 'rejected', 'timed_out']);

export function byStatus(queries: Queries): Graph {
  return results(queries, DEGRADATION_CALLS, ATTR_DEGRADATION_STATUS, {
    title: 'Gathered answers by how much was there',
    description:
      'Answers that are gathered from several systems: with all of their parts, with enough of them to ' +
      'be of use, or with too few.',
    noData: NOTHING_GATHERED,
    colors: DEGRADATION_STATUS,
  });
}

export function missing(queries: Queries): Graph {
  const by = [ATTR_DEGRADATION_NAME, ATTR_DEGRADATION_PART];
  return {
    kind: 'lines',
    title: `Parts that were missing, the worst ${MOST}`,
    description:
      'Parts that failed, timed out, or were rejected by their policy, by answer and part: the system ' +
      'that most answers go without.',
    noData: NOTHING_GATHERED,
    unit: OpsPerSecond,
    queries: [
      {
        expr: `topk(${MOST}, ${rate(queries, DEGRADATION_PARTS, { by, matchers: [MISSING] })})`,
        legend: `${queries.legend(ATTR_DEGRADATION_NAME)}: ${queries.legend(ATTR_DEGRADATION_PART)}`,
      },
    ],
  };
}

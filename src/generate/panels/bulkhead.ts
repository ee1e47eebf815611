import { Number as Count, PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import { ATTR_BULKHEAD_RESULT, type BulkheadResult } from '../../semconv/attributes.ts';
import {
  BULKHEAD_ACTIVE,
  BULKHEAD_CALLS,
  BULKHEAD_LIMIT,
  BULKHEAD_QUEUE_LIMIT,
  BULKHEAD_QUEUED,
  BULKHEAD_WAIT_DURATION,
} from '../../semconv/metrics.ts';
import { equals, type Queries } from '../promql/queries.ts';
import { BULKHEAD_RESULT } from './colors.ts';
import { percentiles } from './percentiles.ts';
import { results } from './results.ts';
import { share } from './share.ts';
import { now, ratio } from './targets.ts';
import type { Graph } from './types.ts';

const NO_BULKHEAD = 'no bulkhead is instrumented, or no replica reports.';

export const REJECTED = equals<BulkheadResult>(ATTR_BULKHEAD_RESULT, 'rejected');

export function rejections(queries: Queries): Graph {
  return share(
    queries,
    BULKHEAD_CALLS,
    { part: [REJECTED] },
    {
      title: 'Calls rejected by the bulkhead',
      description:
        'Share of calls turned away because every slot, and every place in the queue, was taken. Above ' +
        'the line the dependency is too slow for its traffic, or the limit too low.',
    },
    { value: queries.limits.bulkheadRejections.ratio, bad: 'above' },
  );
}

export function active(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Slots taken',
    description: 'Calls that hold a slot, on all replicas, and the slots that there are, dashed.',
    noData: NO_BULKHEAD,
    unit: Count,
    queries: [
      { expr: now(queries, BULKHEAD_ACTIVE, []), legend: 'active' },
      { expr: now(queries, BULKHEAD_LIMIT, []), legend: 'limit', isLimit: true },
    ],
  };
}

export function queued(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Calls in the queue',
    description:
      'Calls that wait for a slot, on all replicas, and the places that there are, dashed. A queue that ' +
      'does not empty makes every caller wait, and helps nobody.',
    noData: NO_BULKHEAD,
    unit: Count,
    queries: [
      { expr: now(queries, BULKHEAD_QUEUED, []), legend: 'queued' },
      { expr: now(queries, BULKHEAD_QUEUE_LIMIT, []), legend: 'limit', isLimit: true },
    ],
  };
}

/** Nothing can go to the slots of another replica, so one that is full turns calls away alone. */
export function saturation(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Slots taken, fullest replica',
    description:
      'Share of the slots that is taken on the replica where it is most: how near the pool is to its ' +
      'exhaustion. At the line for 5 min, ResilienceBulkheadSaturated fires.',
    noData: NO_BULKHEAD,
    unit: PercentUnit,
    queries: [
      {
        expr: `max(\n${ratio(
          now(queries, BULKHEAD_ACTIVE, queries.replica),
          now(queries, BULKHEAD_LIMIT, queries.replica),
        )}\n)`,
        legend: 'fullest replica',
      },
    ],
    limit: { value: queries.limits.bulkheadSaturation.ratio, bad: 'above' },
  };
}

export function calls(queries: Queries): Graph {
  return results(queries, BULKHEAD_CALLS, ATTR_BULKHEAD_RESULT, {
    title: 'Calls to the bulkhead',
    description:
      'Calls that got a slot, that were turned away, or whose caller gave up in the queue.',
    colors: BULKHEAD_RESULT,
  });
}

export function wait(queries: Queries): Graph {
  return percentiles(queries, BULKHEAD_WAIT_DURATION, {
    title: 'Time in the queue',
    description:
      'How long calls waited for a slot before they began; their callers waited as long.',
    noData: 'no call had to wait in that time, no bulkhead is instrumented, or no replica reports.',
  });
}

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
import { BULKHEAD_RESULT_COLORS } from './colors.ts';
import { percentiles } from './percentiles.ts';
import { results } from './results.ts';
import { share } from './share.ts';
import { ratio, total } from './targets.ts';
import type { Graph } from './types.ts';

const NO_BULKHEAD = 'no bulkhead is instrumented, or no replica reports.';

export const REJECTED = equals<BulkheadResult>(ATTR_BULKHEAD_RESULT, 'rejected');

export function rejectedShare(queries: Queries): Graph {
  return share(
    queries,
    BULKHEAD_CALLS,
    { part: [REJECTED] },
    {
      title: 'Share of calls rejected by the bulkhead',
      description:
        'Calls rejected because all slots and queue places were in use. Above the line, the dependency ' +
        'is too slow for its traffic, or the limit is too low.',
    },
    { value: queries.limits.bulkheadRejections.ratio, bad: 'above' },
  );
}

export function slotsInUse(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Bulkhead slots in use',
    description: 'Running calls on all replicas, and the number of slots (dashed).',
    noData: NO_BULKHEAD,
    unit: Count,
    queries: [
      { expr: total(queries, BULKHEAD_ACTIVE, []), legend: 'active' },
      { expr: total(queries, BULKHEAD_LIMIT, []), legend: 'limit', isLimit: true },
    ],
  };
}

export function queuedCalls(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Queued calls',
    description:
      'Calls that wait for a slot on all replicas, and the size of the queue (dashed). If the queue ' +
      'never empties, every caller waits: reduce the traffic or raise the limit.',
    noData: NO_BULKHEAD,
    unit: Count,
    queries: [
      { expr: total(queries, BULKHEAD_QUEUED, []), legend: 'queued' },
      { expr: total(queries, BULKHEAD_QUEUE_LIMIT, []), legend: 'limit', isLimit: true },
    ],
  };
}

/** Replicas do not share slots, so a full replica rejects calls while others have free slots. */
export function utilization(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Bulkhead utilization, fullest replica',
    description:
      'Share of slots in use on the fullest replica. Above the line for 5 min, ' +
      'ResilienceBulkheadSaturated fires.',
    noData: NO_BULKHEAD,
    unit: PercentUnit,
    queries: [
      {
        expr: `max(\n${ratio(
          total(queries, BULKHEAD_ACTIVE, queries.replica),
          total(queries, BULKHEAD_LIMIT, queries.replica),
        )}\n)`,
        legend: 'fullest replica',
      },
    ],
    limit: { value: queries.limits.bulkheadSaturation.ratio, bad: 'above' },
  };
}

export function callsByResult(queries: Queries): Graph {
  return results(queries, BULKHEAD_CALLS, ATTR_BULKHEAD_RESULT, {
    title: 'Calls by bulkhead result',
    description:
      'Accepted: the call got a slot. Rejected: slots and queue were full. Cancelled: the caller aborted ' +
      'in the queue.',
    colors: BULKHEAD_RESULT_COLORS,
  });
}

export function queueWait(queries: Queries): Graph {
  return percentiles(queries, BULKHEAD_WAIT_DURATION, {
    title: 'Queue wait time',
    description: 'How long calls waited for a slot. Their callers waited as long.',
    noData: 'no call waited in this time, no bulkhead is instrumented, or no replica reports.',
  });
}

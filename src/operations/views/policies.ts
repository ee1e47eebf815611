import { policyMetrics } from '../../instrument.ts';
import { type PolicySnapshot, snapshotOf } from '../../metrics/snapshot.ts';
import { groupByName, toRecord } from './group-by-name.ts';

/** What one value is in JSON: counts, by names in the manner of the metrics. */
type Numbers = number | null | undefined | { readonly [name: string]: Numbers };

/**
 * Every instrumented policy with live counts, by name; those of one name are summed. Each is read
 * when it is asked for.
 */
export function* policyViews(): Generator<[name: string, view: Numbers]> {
  for (const [name, own] of groupByName(policyMetrics())) {
    const views = own.map((scope) => viewOf(snapshotOf(scope)));
    yield [name, views.reduce((a, b) => together(a, b))];
  }
}

/** What has its name in the metrics as well is handed on as it is: there may be much of it. */
function viewOf(all: PolicySnapshot): Numbers {
  const { policies, executions, active, circuitBreaker, retry, fallback, errors } = all;
  return {
    policies,
    executions,
    active,
    circuit_breaker: circuitBreaker && circuitOf(circuitBreaker),
    retry,
    timeout: all.timeout && { calls: all.timeout.calls, limit: all.timeout.limit ?? null },
    bulkhead: all.bulkhead && bulkheadOf(all.bulkhead),
    fallback,
    errors,
    telemetry_errors: all.telemetryErrors,
  };
}

/** Without the failures in a row, which are shown of each circuit breaker. */
function circuitOf(all: NonNullable<PolicySnapshot['circuitBreaker']>): Numbers {
  const { state, downtime, transitions, calls, administration } = all;
  return { state, downtime, transitions, calls, administration };
}

function bulkheadOf(all: NonNullable<PolicySnapshot['bulkhead']>): Numbers {
  const { calls, active, queued, limit, queueLimit } = all;
  return { calls, active, queued, limit, queue_limit: queueLimit };
}

/** Seconds of which the longest are shown. */
const LONGEST = ['.timeout.limit', '.circuit_breaker.downtime'];

/** @param path of the value */
function together(a: Numbers, b: Numbers, path = ''): Numbers {
  if (a === null || a === undefined) return b ?? a;
  if (b === null || b === undefined) return a;
  if (typeof a === 'number' || typeof b === 'number') {
    return LONGEST.includes(path) ? Math.max(Number(a), Number(b)) : Number(a) + Number(b);
  }
  return toRecord(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [
      key,
      together(a[key], b[key], `${path}.${key}`),
    ]),
  );
}

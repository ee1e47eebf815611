import { policyMetrics } from '../../instrument.ts';
import { type PolicySnapshot, snapshotOf } from '../../metrics/snapshot.ts';
import { groupByName, toRecord } from './group-by-name.ts';

/** JSON of nested counts. */
type Numbers = number | null | undefined | { readonly [name: string]: Numbers };

/** The present counts of every instrumented policy by name, summed if several have the same name. */
export function* policyViews(): Generator<[name: string, view: Numbers]> {
  for (const [name, group] of groupByName(policyMetrics())) {
    const views = group.map((metrics) => toPolicyView(snapshotOf(metrics)));
    yield [name, views.reduce((a, b) => mergeViews(a, b))];
  }
}

function toPolicyView(snapshot: PolicySnapshot): Numbers {
  const { policies, executions, active, circuitBreaker, retry, timeout, bulkhead } = snapshot;
  return {
    policies,
    executions,
    active,
    circuit_breaker: circuitBreaker && toCircuitView(circuitBreaker),
    retry,
    timeout: timeout && { calls: timeout.calls, limit: timeout.limit ?? null },
    bulkhead: bulkhead && toBulkheadView(bulkhead),
    fallback: snapshot.fallback,
    errors: snapshot.errors,
    telemetry_errors: snapshot.telemetryErrors,
  };
}

/** Without the consecutive failures, which `GET /circuit-breakers` has. */
function toCircuitView(snapshot: NonNullable<PolicySnapshot['circuitBreaker']>): Numbers {
  const { state, downtime, transitions, calls, administration } = snapshot;
  return { state, downtime, transitions, calls, administration };
}

function toBulkheadView(snapshot: NonNullable<PolicySnapshot['bulkhead']>): Numbers {
  const { calls, active, queued, limit, queueLimit } = snapshot;
  return { calls, active, queued, limit, queue_limit: queueLimit };
}

/** Durations; merged views have the longest, not the sum. */
const MAXIMA = ['.timeout.limit', '.circuit_breaker.downtime'];

/** @param path of the value in the view */
function mergeViews(a: Numbers, b: Numbers, path = ''): Numbers {
  if (a === null || a === undefined) return b ?? a;
  if (b === null || b === undefined) return a;
  if (typeof a === 'number' || typeof b === 'number') {
    return MAXIMA.includes(path) ? Math.max(Number(a), Number(b)) : Number(a) + Number(b);
  }
  return toRecord(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [
      key,
      mergeViews(a[key], b[key], `${path}.${key}`),
    ]),
  );
}

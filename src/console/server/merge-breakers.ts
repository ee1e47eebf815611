import type { BreakerStatus } from '../../metrics/breaker-control.ts';
import { CIRCUIT_BREAKER_STATES } from '../../semconv/attributes.ts';
import type { RowBreaker } from '../protocol/messages.ts';

/**
 * Merges the circuit breakers of a name; `undefined` without any.
 *
 * @param statuses the worst first
 */
export function mergeBreakers(statuses: readonly BreakerStatus[]): RowBreaker | undefined {
  const [worst] = statuses;
  if (worst === undefined) return undefined;
  const { state, since, openedAt, failures, failureLimit, nextProbeAt, lastErrorType } = worst;
  return {
    state,
    // After a failed probe the state is new, but the circuit has been open since it left closed.
    since: openedAt ?? since ?? null,
    states: countStates(statuses),
    failures: failures ?? null,
    failureLimit: failureLimit ?? null,
    nextProbeAt: nextProbeAt ?? null,
    lastErrorType: lastErrorType ?? null,
    isIsolatedByOperator: statuses.some(({ isIsolatedByUs }) => isIsolatedByUs),
  };
}

function countStates(statuses: readonly BreakerStatus[]): number[] {
  const counts = CIRCUIT_BREAKER_STATES.map(() => 0);
  for (const { state } of statuses) {
    const index = CIRCUIT_BREAKER_STATES.indexOf(state);
    counts[index] = (counts[index] as number) + 1;
  }
  return counts;
}

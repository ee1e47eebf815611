import type { BreakerStatus } from '../../metrics/breaker-control.ts';
import { CIRCUIT_BREAKER_STATES } from '../../semconv/attributes.ts';
import type { RowBreaker } from '../protocol/messages.ts';

/**
 * The circuit breakers of a name as one; `undefined` if there are none.
 *
 * @param readings the worst first
 */
export function mergeBreakers(readings: readonly BreakerStatus[]): RowBreaker | undefined {
  const [worst] = readings;
  if (worst === undefined) return undefined;
  const { state, since, openedAt, failures, failureLimit, nextProbeAt, lastErrorType } = worst;
  return {
    state,
    // An open one that has failed a test was let in again for a moment: it is open since it left closed.
    since: openedAt ?? since ?? null,
    states: countsOf(readings),
    failures: failures ?? null,
    failureLimit: failureLimit ?? null,
    nextProbeAt: nextProbeAt ?? null,
    lastErrorType: lastErrorType ?? null,
    held: readings.some(({ isIsolatedByUs: held }) => held),
  };
}

/** How many are in each state. */
function countsOf(readings: readonly BreakerStatus[]): number[] {
  const counts = CIRCUIT_BREAKER_STATES.map(() => 0);
  for (const { state } of readings) {
    const index = CIRCUIT_BREAKER_STATES.indexOf(state);
    counts[index] = (counts[index] as number) + 1;
  }
  return counts;
}

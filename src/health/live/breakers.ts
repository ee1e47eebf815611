import type { BreakerReading } from '../../aggregate/breaker-control.ts';
import { CIRCUIT_BREAKER_STATES, type CircuitBreakerState } from '../../semconv/attributes.ts';
import type { RowBreaker } from './protocol.ts';

const WORST_FIRST: readonly CircuitBreakerState[] = ['isolated', 'open', 'half_open', 'closed'];

/** The circuit breakers of a name as one; `undefined` if there are none. */
export function breakersAsOne(readings: readonly BreakerReading[]): RowBreaker | undefined {
  const [only] = readings;
  // Most names have one, and there are hundreds of them each second.
  if (only !== undefined && readings.length === 1) return breakerOf(only);
  const state = WORST_FIRST.find((each) => readings.some((reading) => reading.state === each));
  if (state === undefined) return undefined;
  const worst = readings.filter((reading) => reading.state === state);
  const known = <K extends keyof BreakerReading>(all: readonly BreakerReading[], key: K) =>
    all.map((reading) => reading[key]).filter((value) => value !== undefined) as number[];
  const most = readings.reduce((a, b) => ((b.failures ?? -1) > (a.failures ?? -1) ? b : a));
  return {
    state,
    // An open one that has failed a test was let in again for a moment: it is open since it left closed.
    since: least(known(worst, 'openedAt')) ?? least(known(worst, 'since')),
    states: CIRCUIT_BREAKER_STATES.map(
      (each) => readings.filter((reading) => reading.state === each).length,
    ),
    failures: most.failures ?? null,
    failureLimit: most.failureLimit ?? null,
    nextProbeAt: least(known(worst, 'nextProbeAt')),
    lastErrorType: worst.find(({ lastErrorType }) => lastErrorType)?.lastErrorType ?? null,
    held: readings.some(({ held }) => held),
  };
}

function breakerOf(reading: BreakerReading): RowBreaker {
  const { state, since, openedAt, failures, failureLimit, nextProbeAt, lastErrorType } = reading;
  return {
    state,
    since: openedAt ?? since ?? null,
    states: CIRCUIT_BREAKER_STATES.map((each) => (each === state ? 1 : 0)),
    failures: failures ?? null,
    failureLimit: failureLimit ?? null,
    nextProbeAt: nextProbeAt ?? null,
    lastErrorType: lastErrorType ?? null,
    held: reading.held,
  };
}

/** They may be many, too many for `Math.min(...)`. */
function least(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b));
}

import {
  ATTR_CIRCUIT_BREAKER_RESULT,
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_POLICY_NAME,
  CIRCUIT_BREAKER_STATES,
  type CircuitBreakerState,
} from '../../src/semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_CALLS,
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TIME,
} from '../../src/semconv/metrics.ts';
import { type Naming, selector } from '../../src/semconv/prometheus.ts';

/** A time in one state, or before (`down`) the process runs. Beginning anew after it, it counts from 0. */
export interface Stay {
  readonly state: CircuitBreakerState | 'down';
  readonly seconds: number;
}

/** What happens to the breakers of one name on one replica. */
export interface Replica {
  readonly instance: string;
  /** What each breaker goes through, from the time 0 on; it keeps its last state. */
  readonly breakers: readonly (readonly Stay[])[];
  /** Whether calls come all the time, which a circuit that is open or isolated rejects. */
  readonly calls: boolean;
  /** Scrapes that fail, by the time they were due. */
  readonly missed?: readonly number[];
}

interface Series {
  readonly series: string;
  readonly values: string;
}

/** The series that Prometheus has of a replica, as promtool's unit tests take them. */
export function seriesOf(
  { instance, breakers, calls, missed = [] }: Replica,
  naming: Naming,
  interval: number,
  until: number,
): Series[] {
  const times = Array.from({ length: Math.floor(until / interval) + 1 }, (_, i) => i * interval);
  const valuesOf = (value: (time: number) => number | undefined) =>
    times
      .map((time) => (missed.includes(time) ? undefined : value(time)))
      .map((value) => value ?? '_')
      .join(' ');
  const sum = (of: (breaker: readonly Stay[]) => number | undefined) =>
    breakers.map(of).reduce((a, b) => (a === undefined || b === undefined ? undefined : a + b));
  const of = (metric: Parameters<typeof selector>[0], label: string, value: string) =>
    selector(metric, naming, [
      { label: 'job', op: '=', value: 'shop' },
      { label: 'instance', op: '=', value: instance },
      { label: ATTR_POLICY_NAME, op: '=', value: 'servicenow' },
      { label, op: '=', value },
    ]);
  return [
    ...CIRCUIT_BREAKER_STATES.flatMap((state) => [
      {
        series: of(CIRCUIT_BREAKER_TIME, ATTR_CIRCUIT_BREAKER_STATE, state),
        values: valuesOf((time) => sum((breaker) => spent(breaker, [state], time))),
      },
      {
        series: of(CIRCUIT_BREAKER_STATE, ATTR_CIRCUIT_BREAKER_STATE, state),
        values: valuesOf((time) => sum((breaker) => Number(stateAt(breaker, time) === state))),
      },
    ]),
    {
      series: of(CIRCUIT_BREAKER_CALLS, ATTR_CIRCUIT_BREAKER_RESULT, 'rejected'),
      // One a second.
      values: valuesOf((time) =>
        sum((breaker) => {
          const seconds = spent(breaker, ['open', 'isolated'], time);
          return seconds === undefined || calls ? seconds : 0;
        }),
      ),
    },
  ];
}

/** Seconds in the states from the last start of the process; none while it is down. */
function spent(
  breaker: readonly Stay[],
  states: readonly CircuitBreakerState[],
  time: number,
): number | undefined {
  let seconds = 0;
  let begin = 0;
  for (const [i, { state, seconds: long }] of breaker.entries()) {
    const last = i === breaker.length - 1;
    const end = last ? Number.POSITIVE_INFINITY : begin + long;
    if (state === 'down') {
      if (time < end) return undefined;
      seconds = 0;
    } else if (states.includes(state)) seconds += Math.min(time, end) - begin;
    if (time < end) break;
    begin = end;
  }
  return seconds;
}

function stateAt(breaker: readonly Stay[], time: number): Stay['state'] | undefined {
  let end = 0;
  const stay = breaker.find(({ seconds }) => {
    end += seconds;
    return time < end;
  });
  return (stay ?? breaker.at(-1))?.state;
}

/** A circuit that opens at a time, tries again after each reset time, and closes at another. */
export function outage(
  from: number,
  seconds: number,
  { resetSeconds = 60, probeSeconds = 0 } = {},
): Stay[] {
  const stays: Stay[] = [{ state: 'closed', seconds: from }];
  for (let left = seconds; left > 0; ) {
    const open = Math.min(left, resetSeconds);
    const probe = Math.min(left - open, probeSeconds);
    stays.push({ state: 'open', seconds: open }, { state: 'half_open', seconds: probe });
    left -= open + probe;
  }
  return [...stays, { state: 'closed', seconds: 0 }];
}

import {
  ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE,
  ATTR_CIRCUIT_BREAKER_RESULT,
  ATTR_CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_STATES,
  type CircuitBreakerState,
  CIRCUIT_BREAKER_TRANSITIONS as PAIRS,
} from '../../src/semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_CALLS,
  CIRCUIT_BREAKER_DOWNTIME,
  CIRCUIT_BREAKER_RECOVERY_DURATION,
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TRANSITIONS,
} from '../../src/semconv/metrics.ts';
import { closed, happened, histogram, plus, type Replica, type Value } from './series.ts';

/** A period in a state. `down`: the process does not run, and the next one counts from 0. */
export interface Stay {
  readonly state: CircuitBreakerState | 'down';
  readonly seconds: number;
}

interface Span extends Stay {
  readonly from: number;
  readonly to: number;
}

export interface Circuits extends Partial<Omit<Replica, 'instance' | 'series'>> {
  /** Whether a call arrives every second, which an open or isolated circuit rejects. */
  readonly calls?: boolean;
  /** The rejected calls, if there is not one per second. */
  readonly rejected?: Value;
  /** The failed calls of all breakers. */
  readonly failed?: Value;
  /** The name of the policy. */
  readonly policy?: string;
}

/** A replica with circuit breakers and their states from time 0 on. The last state lasts. */
export function circuits(
  instance: string,
  breakers: readonly (readonly Stay[])[],
  { calls = true, policy = 'servicenow', rejected, failed, ...rest }: Circuits = {},
): Replica {
  const lives = breakers.map(spans);
  const states = [...CIRCUIT_BREAKER_STATES];
  const sum = (of: (life: readonly Span[]) => Value): Value => plus(...lives.map(of));
  const down = lives[0]
    ?.filter(({ state }) => state === 'down')
    .map(({ from, to }) => [from, to] as const);
  return {
    instance,
    ...(down?.length ? { down } : {}),
    series: [
      ...closed(
        CIRCUIT_BREAKER_STATE,
        policy,
        states.map((state) => [
          { [ATTR_CIRCUIT_BREAKER_STATE]: state },
          sum((life) => (time) => Number(at(life, time) === state)),
        ]),
      ),
      ...closed(CIRCUIT_BREAKER_DOWNTIME, policy, [
        [{}, (time) => Math.max(...lives.map((life) => downtime(life, time)))],
      ]),
      ...closed(
        CIRCUIT_BREAKER_TRANSITIONS,
        policy,
        PAIRS.map(([previous, next]) => [
          {
            [ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE]: previous,
            [ATTR_CIRCUIT_BREAKER_STATE]: next,
          },
          sum((life) => happened(changes(life, previous, next))),
        ]),
      ),
      ...closed(CIRCUIT_BREAKER_CALLS, policy, [
        [
          { [ATTR_CIRCUIT_BREAKER_RESULT]: 'rejected' },
          rejected ?? (calls ? sum((life) => spent(life, ['open', 'isolated'])) : () => 0),
        ],
        [{ [ATTR_CIRCUIT_BREAKER_RESULT]: 'failure' }, failed ?? (() => 0)],
      ]),
      ...histogram(CIRCUIT_BREAKER_RECOVERY_DURATION, policy, {}, lives.flatMap(recoveries)),
    ],
    ...rest,
  };
}

function spans(stays: readonly Stay[]): Span[] {
  let from = 0;
  return stays.map((stay, i) => {
    const to = i === stays.length - 1 ? Number.POSITIVE_INFINITY : from + stay.seconds;
    const span = { ...stay, from, to };
    from = to;
    return span;
  });
}

function spent(life: readonly Span[], states: readonly Stay['state'][]): Value {
  const mine = life.filter(({ state }) => states.includes(state));
  return (time) =>
    mine.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(time, to) - from), 0);
}

/** Seconds since the breaker left closed; 0 while it is closed or isolated. */
function downtime(life: readonly Span[], time: number): number {
  const now = life.findIndex(({ to }) => time < to);
  let first = now;
  while (first >= 0 && isDown(life[first])) first--;
  return isDown(life[now]) ? time - (life[first + 1]?.from ?? 0) : 0;
}

function isDown(span: Span | undefined): boolean {
  return span?.state === 'open' || span?.state === 'half_open';
}

function at(life: readonly Span[], time: number): Stay['state'] | undefined {
  return life.find(({ to }) => time < to)?.state;
}

function changes(life: readonly Span[], previous: string, next: string) {
  return life
    .filter(({ state }, i) => state === next && life[i - 1]?.state === previous)
    .map(({ from }) => ({ at: from }));
}

/** The time from the first opening until closed, unless the process restarts. */
function recoveries(life: readonly Span[]) {
  let opened: number | undefined;
  return life.flatMap(({ state, from }) => {
    const since = opened;
    if (state === 'open') opened ??= from;
    else if (state !== 'half_open') opened = undefined;
    return state === 'closed' && since !== undefined ? [{ at: from, seconds: from - since }] : [];
  });
}

/** A circuit opens at a time, probes after each reset time, and closes at the end. */
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

export const CLOSED: readonly Stay[] = [{ state: 'closed', seconds: 0 }];

import {
  ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE,
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_POLICY_NAME,
  type CircuitBreakerState,
} from '../../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_CALLS,
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TIME,
  CIRCUIT_BREAKER_TRANSITIONS,
} from '../../semconv/metrics.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import { percent } from '../percent.ts';
import { is, isNot, type Queries } from '../queries.ts';
import { RECORDED, total } from './recorded.ts';
import type { Alert } from './rule.ts';
import { NOT_CLOSED, OBSERVED, REJECTED, SETTLED, stuckOpen } from './stuck-open.ts';

const CLOSED: CircuitBreakerState = 'closed';

export function alerts(queries: Queries): Alert[] {
  return [
    openFleetWide(queries),
    stuckOpen(queries),
    probeFailed(queries),
    opened(queries),
    flapping(queries),
    isolated(queries),
    recoverySlow(queries),
  ];
}

/**
 * The dependency is gone for everybody. A share of all time, so that replicas weigh as much as they
 * are: one of four is 25 %. Its window is short, as it pages; the `for:` keeps a restart out of it,
 * and what is closed now an outage of a minute that ended with its first probe.
 */
function openFleetWide(queries: Queries): Alert {
  const { ratio, windowSeconds, forSeconds } = queries.limits.fleetWide;
  const time = (seconds: number, ...matchers: Matcher[]) =>
    queries.gained(CIRCUIT_BREAKER_TIME, seconds, { by: queries.policy, matchers });
  // Of circuits that open and close again and again, some scrapes find all closed.
  const longer = 2.5 * windowSeconds;
  const rejected = queries.gained(CIRCUIT_BREAKER_CALLS, windowSeconds, {
    by: queries.policy,
    matchers: [REJECTED],
  });
  const rest = Number((1 - ratio).toPrecision(12));
  const states = (matcher: Matcher) =>
    `sum ${queries.by(queries.policy)} (${queries.of(CIRCUIT_BREAKER_STATE, [matcher])})`;
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceCircuitBreakerOpenFleetWide',
    severity: 'critical',
    about: 'policy',
    expr: `
# Half is half, however a scrape falls.
round(${time(windowSeconds, NOT_CLOSED)}
  / ${time(windowSeconds)}, 0.01)
  >= ${ratio}
# Somebody was turned away: circuits that nobody calls stay open, and harm nobody.
and ${rejected}
  > 0
# Not of one that has closed again: its minute open stays in the window for another.
unless (
  ${ratio} * ${states(is(ATTR_CIRCUIT_BREAKER_STATE, CLOSED))}
    > ${rest} * ${states(isNot(ATTR_CIRCUIT_BREAKER_STATE, CLOSED))}
  and ${rest} * ${time(longer, NOT_CLOSED)}
    < ${ratio} * ${time(longer, SETTLED)}
)`.trim(),
    forSeconds,
    summary: `The circuit of {{ ${policy} }} is open on most replicas.`,
    description:
      `{{ $value | humanizePercentage }} of the time of all circuit breakers of {{ ${policy} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) was open or half-open in the last ` +
      `${queries.window(windowSeconds)} (limit ${percent(ratio)}), and calls were rejected.`,
  };
}

/** Counts of changes of state, which hold what happened between two scrapes as well. */
function changes(queries: Queries, from: CircuitBreakerState, to: CircuitBreakerState): string {
  return queries.of(CIRCUIT_BREAKER_TRANSITIONS, [
    is<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE, from),
    is<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, to),
  ]);
}

/**
 * How often breakers changed their state in a window, if often enough.
 *
 * Every series is born at zero, yet what happens before its first scrape is not seen to increase.
 * A breaker knows its age, by the clocks of its states: of series that are new and of breakers
 * younger than the window all that they counted was in it. Neither alone would do: an old process
 * may be new to Prometheus, and have made new breakers under an old name.
 */
function changed(
  queries: Queries,
  series: string,
  windowSeconds: number,
  { by, atLeast }: { by: readonly string[]; atLeast: number },
): string {
  const window = queries.window(windowSeconds);
  const age = queries.of(CIRCUIT_BREAKER_TIME, [
    is<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed'),
  ]);
  return `
sum ${queries.by(by)} (
  # Of breakers that are younger than the window, all that they counted.
  ${series} unless ${series} offset ${window} unless resets(${series}[${window}]) > 0
    and on (${queries.labels(queries.replica)}) (${age} < ${queries.windowSeconds(windowSeconds)})
  or
  increase(${series}[${window}])
) >= ${atLeast}`.trim();
}

/** It pages before `stuckOpen` can, and also where calls are so rare that each of them is a probe. */
function probeFailed(queries: Queries): Alert {
  const { count, windowSeconds } = queries.limits.probeFailed;
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceCircuitBreakerProbeFailed',
    severity: 'warning',
    about: 'policy',
    expr: changed(queries, changes(queries, 'half_open', 'open'), windowSeconds, {
      by: queries.policy,
      atLeast: count,
    }),
    summary: `{{ ${policy} }} is still failing after the reset time of its circuit.`,
    description:
      `Failed probes of {{ ${policy} }} (job {{ ${queries.labelValue(queries.job)} }}) in the last ` +
      `${queries.window(windowSeconds)}: {{ printf "%.0f" $value }} (limit ${count}). The circuit was ` +
      'tried after its reset time, and opened again.',
  };
}

function opened(queries: Queries): Alert {
  const { count, windowSeconds } = queries.limits.opened;
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceCircuitBreakerOpened',
    severity: 'info',
    about: 'policy',
    expr: changed(queries, changes(queries, 'closed', 'open'), windowSeconds, {
      by: queries.policy,
      atLeast: count,
    }),
    summary: `The circuit of {{ ${policy} }} opened.`,
    description:
      `Openings of the circuit of {{ ${policy} }} (job {{ ${queries.labelValue(queries.job)} }}) in the ` +
      `last ${queries.window(windowSeconds)}: {{ printf "%.0f" $value }} (limit ${count}).`,
  };
}

function flapping(queries: Queries): Alert {
  const { count, windowSeconds } = queries.limits.flapping;
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  const instance = queries.labelValue(queries.instance);
  return {
    name: 'ResilienceCircuitBreakerFlapping',
    severity: 'warning',
    about: 'replica',
    expr: changed(queries, changes(queries, 'closed', 'open'), windowSeconds, {
      by: queries.replica,
      atLeast: count,
    }),
    summary: `The circuit of {{ ${policy} }} opens again and again on {{ ${instance} }}.`,
    description:
      `The circuit of {{ ${policy} }} on {{ ${instance} }} (job {{ ${queries.labelValue(queries.job)} }}) ` +
      `opened {{ printf "%.0f" $value }} times in the last ${queries.window(windowSeconds)} ` +
      `(limit ${count}), and closed in between.`,
  };
}

/**
 * A state that no clock ends. At no scrape of the window was none isolated, one of them is long ago,
 * and nearly all of the window was spent so: the first alone would take a replica that has just
 * started, and the first two three breakers of 20 min each.
 */
function isolated(queries: Queries): Alert {
  const { seconds } = queries.limits.isolated;
  const matcher = is<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'isolated');
  const window = queries.window(seconds);
  const state = queries.of(CIRCUIT_BREAKER_STATE, [matcher]);
  const time = queries.of(CIRCUIT_BREAKER_TIME, [matcher]);
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceCircuitBreakerIsolated',
    severity: 'warning',
    about: 'policy',
    expr: `
sum ${queries.by(queries.policy)} (
  (min_over_time(${state}[${window}]) > 0)
  and ${state} offset ${queries.time(OBSERVED * seconds)} > 0
  unless increase(${time}[${window}]) <= ${OBSERVED} * ${queries.windowSeconds(seconds)}
)`.trim(),
    summary: `The circuit of {{ ${policy} }} is isolated, and perhaps forgotten.`,
    description:
      `Circuit breakers of {{ ${policy} }} (job {{ ${queries.labelValue(queries.job)} }}) that were ` +
      `isolated by hand for the whole of the last ${window}: {{ printf "%.0f" $value }} ` +
      `(limit ${queries.time(seconds)}). They stay so until somebody releases them.`,
  };
}

/** From recorded counts: a day of every replica's raw series is too much to read so often. */
function recoverySlow(queries: Queries): Alert {
  const { seconds, windowSeconds, atLeast } = queries.limits.recovery;
  const count = total(queries, RECORDED.recoveries, windowSeconds);
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceRecoverySlow',
    severity: 'warning',
    about: 'policy',
    expr: `
${total(queries, RECORDED.recoverySeconds, windowSeconds)}
  / ${count}
  > ${queries.seconds(seconds)}
and ${count}
  >= ${atLeast}`.trim(),
    summary: `{{ ${policy} }} takes long to recover.`,
    description:
      `The circuits of {{ ${policy} }} (job {{ ${queries.labelValue(queries.job)} }}) took ` +
      `{{ $value | humanizeDuration }} on average from open to closed in the last ` +
      `${queries.time(windowSeconds)} (limit ${queries.time(seconds)}).`,
  };
}

import {
  ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE,
  ATTR_CIRCUIT_BREAKER_RESULT,
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_OUTCOME,
  ATTR_POLICY_NAME,
  type CircuitBreakerResult,
  type CircuitBreakerState,
  type Outcome,
} from '../../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_CALLS,
  CIRCUIT_BREAKER_DOWNTIME,
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TRANSITIONS,
  EXECUTIONS,
} from '../../semconv/metrics.ts';
import {
  ALERTS,
  LABEL_ALERT_NAME,
  LABEL_ALERT_STATE,
  LABEL_SEVERITY,
  type Matcher,
} from '../../semconv/prometheus.ts';
import { toPercent } from '../promql/percent.ts';
import { equals, noneOf, oneOf, type Queries } from '../promql/queries.ts';
import { recordedSeries } from './recording-rules.ts';
import type { Alert } from './types.ts';

type CircuitSeverity = 'critical' | 'warning';

export function alerts(queries: Queries): Alert[] {
  return [
    openFleetWide(queries, 'critical'),
    openFleetWide(queries, 'warning'),
    openInManyJobs(queries, 'critical'),
    openInManyJobs(queries, 'warning'),
    stuckOpen(queries, 'critical'),
    stuckOpen(queries, 'warning'),
    probeFailed(queries),
    opened(queries),
    flapping(queries),
    isolatedNow(queries),
    isolated(queries),
    recoverySlow(queries),
  ];
}

/** Selectors of the breakers in a state. */
function breakers(queries: Queries) {
  const inState = (matcher: Matcher) => queries.selector(CIRCUIT_BREAKER_STATE, [matcher]);
  const open = ['open', 'half_open'] as const satisfies CircuitBreakerState[];
  return {
    all: queries.selector(CIRCUIT_BREAKER_STATE),
    halfOpen: inState(equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'half_open')),
    isolated: inState(equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'isolated')),
    open: inState(oneOf<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, open)),
    others: inState(noneOf<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, open)),
  };
}

function callsWith(queries: Queries, result: CircuitBreakerResult): string {
  return queries.selector(CIRCUIT_BREAKER_CALLS, [equals(ATTR_CIRCUIT_BREAKER_RESULT, result)]);
}

function transitions(queries: Queries, from: CircuitBreakerState, to: CircuitBreakerState): string {
  return queries.selector(CIRCUIT_BREAKER_TRANSITIONS, [
    equals(ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE, from),
    equals(ATTR_CIRCUIT_BREAKER_STATE, to),
  ]);
}

function executionsWith(queries: Queries, outcome: Outcome): string {
  return queries.selector(EXECUTIONS, [equals(ATTR_OUTCOME, outcome)]);
}

const ADVICE = {
  critical: 'Most callers get an error.',
  warning: 'A fallback answers most callers.',
} as const;

/** A dependency is down for many services: one page instead of a page for each service. */
function openInManyJobs(queries: Queries, severity: CircuitSeverity): Alert {
  const { count } = queries.limits.manyJobs;
  const { jobs } = queries.grouping;
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceCircuitBreakerOpenInManyJobs',
    severity,
    subject: 'jobs',
    expr: `
count by (${jobs}) (
  ${ALERTS}{${LABEL_ALERT_NAME}="ResilienceCircuitBreakerOpenFleetWide",${LABEL_ALERT_STATE}="firing",${LABEL_SEVERITY}="${severity}"}
) >= ${count}`.trim(),
    summary: `${name} is down for many services.`,
    description: `The circuit of ${name} is open on most replicas of {{ printf "%.0f" $value }} jobs`,
    limit: `${count}`,
    advice: ADVICE[severity],
  };
}

/**
 * The dependency is down for a whole service. The rule sums samples, so that a replica counts for the
 * time that it existed. `for` keeps it silent for a service that starts before its dependency.
 */
function openFleetWide(queries: Queries, severity: CircuitSeverity): Alert {
  const { fleetWide, circuitCalls } = queries.limits;
  const { policy } = queries.grouping;
  const { open, others } = breakers(queries);
  const answered = executionsWith(queries, 'fallback');
  const unanswered = executionsWith(queries, 'rejected');
  const rejected = callsWith(queries, 'rejected');
  const window = queries.window(fleetWide.windowSeconds);
  const traffic = queries.window(circuitCalls.windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceCircuitBreakerOpenFleetWide',
    severity,
    subject: 'policy',
    expr: `
# The share of breakers that are open or half-open, as 1 / (1 + others / open).
round(
  1 / (1 +
    sum by (${policy}) (sum_over_time(${others}[${window}]))
      / sum by (${policy}) (sum_over_time(${open}[${window}]))
  ),
  0.01
) >= ${fleetWide.ratio}
# Only where calls are rejected: an open circuit without calls harms no caller.
and on (${policy}) increase(${rejected}[${traffic}]) > 0
# ${severity === 'critical' ? 'Except' : 'Only'} where a fallback answers most callers.
${severity === 'critical' ? 'unless' : 'and'} on (${policy})
  sum by (${policy}) (increase(${answered}[${traffic}]))
    > sum by (${policy}) (increase(${unanswered}[${traffic}]))`.trim(),
    forSeconds: fleetWide.forSeconds,
    summary: `The circuit of ${name} is open on most replicas.`,
    description:
      `{{ $value | humanizePercentage }} of the circuit breakers of ${name} (${queries.serviceTemplate}) ` +
      `were open or half-open in the last ${window}, on average, and rejected calls`,
    limit: toPercent(fleetWide.ratio),
    advice: ADVICE[severity],
  };
}

/** The circuit of a replica does not recover. */
function stuckOpen(queries: Queries, severity: CircuitSeverity): Alert {
  const { stuckOpen, circuitCalls } = queries.limits;
  const { policy, replica } = queries.grouping;
  const { halfOpen } = breakers(queries);
  const answered = executionsWith(queries, 'fallback');
  const unanswered = executionsWith(queries, 'rejected');
  const downtime = queries.selector(CIRCUIT_BREAKER_DOWNTIME);
  const rejected = callsWith(queries, 'rejected');
  const failed = callsWith(queries, 'failure');
  const window = queries.window(stuckOpen.seconds);
  const last = queries.window(120);
  const traffic = queries.window(circuitCalls.windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  const instance = queries.labelTemplate(queries.instance);
  return {
    name: 'ResilienceCircuitBreakerStuckOpen',
    severity,
    subject: 'replica',
    expr: `
max by (${replica}) (max_over_time(${downtime}[${window}])) > ${queries.seconds(stuckOpen.seconds)}
# Still open, perhaps after a restart, which resets the downtime.
and on (${replica}) last_over_time(${downtime}[${last}]) > 0
# Calls are rejected, or wait for a probe, or are so rare that each call is a probe.
and on (${replica}) (
  increase(${rejected}[${traffic}]) > 0
  or max_over_time(${halfOpen}[${window}]) > 0
  or increase(${failed}[${traffic}]) > 0
    and on (${replica}) max_over_time(${downtime}[${window}]) > ${queries.windowSeconds(circuitCalls.windowSeconds)}
)
# ${severity === 'critical' ? 'Except' : 'Only'} where a fallback answers most callers.
${severity === 'critical' ? 'unless' : 'and'} on (${policy})
  sum by (${policy}) (increase(${answered}[${traffic}]))
    > sum by (${policy}) (increase(${unanswered}[${traffic}]))`.trim(),
    summary: `The circuit of ${name} stays open on ${instance}.`,
    description:
      `The circuit breaker of ${name} on ${instance} (${queries.serviceTemplate}) has not been closed for ` +
      '{{ $value | humanizeDuration }}, and calls still arrive',
    limit: queries.time(stuckOpen.seconds),
    advice: ADVICE[severity],
  };
}

/** Fires before `stuckOpen`. It keeps firing while the circuit is open, even if calls are rare. */
function probeFailed(queries: Queries): Alert {
  const { probeFailed, circuitCalls } = queries.limits;
  const { policy } = queries.grouping;
  const failed = transitions(queries, 'half_open', 'open');
  const downtime = queries.selector(CIRCUIT_BREAKER_DOWNTIME);
  const window = queries.window(probeFailed.windowSeconds);
  const last = queries.window(120);
  const traffic = queries.window(circuitCalls.windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceCircuitBreakerProbeFailed',
    severity: 'warning',
    subject: 'policy',
    expr: `
sum by (${policy}) (increase(${failed}[${window}])) >= ${probeFailed.count}
# An open circuit with rare calls has rare probes.
or
sum by (${policy}) (increase(${failed}[${traffic}])) >= ${probeFailed.count}
  and on (${policy}) last_over_time(${downtime}[${last}]) > 0`.trim(),
    summary: `${name} still fails after the reset time of its circuit.`,
    description:
      `Failed probes of ${name} (${queries.serviceTemplate}) in the last ${window}, or ${traffic} while a ` +
      'circuit is open: {{ printf "%.0f" $value }}',
    limit: `${probeFailed.count}`,
    advice: 'After each failed probe the circuit opens again.',
  };
}

function opened(queries: Queries): Alert {
  const { count, windowSeconds } = queries.limits.opened;
  const { policy } = queries.grouping;
  const openings = transitions(queries, 'closed', 'open');
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceCircuitBreakerOpened',
    severity: 'info',
    subject: 'policy',
    expr: `sum by (${policy}) (increase(${openings}[${window}])) >= ${count}`,
    summary: `The circuit of ${name} opened.`,
    description:
      `Openings of the circuit of ${name} (${queries.serviceTemplate}) in the last ${window}: ` +
      '{{ printf "%.0f" $value }}',
    limit: `${count}`,
  };
}

function flapping(queries: Queries): Alert {
  const { count, windowSeconds } = queries.limits.flapping;
  const { replica } = queries.grouping;
  const openings = transitions(queries, 'closed', 'open');
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  const instance = queries.labelTemplate(queries.instance);
  return {
    name: 'ResilienceCircuitBreakerFlapping',
    severity: 'warning',
    subject: 'replica',
    expr: `sum by (${replica}) (increase(${openings}[${window}])) >= ${count}`,
    summary: `The circuit of ${name} keeps opening and closing on ${instance}.`,
    description:
      `The circuit of ${name} on ${instance} (${queries.serviceTemplate}) opened ` +
      `{{ printf "%.0f" $value }} times in the last ${window}, and closed in between`,
    limit: `${count}`,
  };
}

/** Inhibits the other alerts of the policy, because the operator who isolated it expects them. */
function isolatedNow(queries: Queries): Alert {
  const { ratio } = queries.limits.isolatedNow;
  const { policy } = queries.grouping;
  const { all, isolated } = breakers(queries);
  const last = queries.window(120);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceCircuitBreakerIsolatedNow',
    severity: 'info',
    subject: 'policy',
    expr: `
sum by (${policy}) (last_over_time(${isolated}[${last}]))
  / sum by (${policy}) (last_over_time(${all}[${last}]))
  >= ${ratio}`.trim(),
    summary: `An operator isolated the circuit of ${name}.`,
    description:
      `{{ $value | humanizePercentage }} of the circuit breakers of ${name} (${queries.serviceTemplate}) ` +
      'are isolated and reject all calls',
    limit: toPercent(ratio),
    advice: 'Meanwhile Alertmanager inhibits the other alerts of this policy.',
  };
}

/** Isolated at every scrape of the window, on a replica that existed at its start. */
function isolated(queries: Queries): Alert {
  const { seconds } = queries.limits.isolated;
  const { policy } = queries.grouping;
  const { isolated } = breakers(queries);
  const window = queries.window(seconds);
  const start = `[${queries.window(300)}] offset ${queries.time((seconds * 11) / 12)}`;
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceCircuitBreakerIsolated',
    severity: 'warning',
    subject: 'policy',
    expr: `
sum by (${policy}) (
  min_over_time(${isolated}[${window}]) > 0
  # Except replicas that are younger than the window.
  and last_over_time(${isolated}${start}) > 0
) > 0`.trim(),
    summary: `The circuit of ${name} has been isolated for ${window}.`,
    description:
      `{{ printf "%.0f" $value }} of the circuit breakers of ${name} (${queries.serviceTemplate}) were ` +
      `isolated for all of the last ${window}`,
    limit: queries.time(seconds),
    advice: 'They stay isolated until an operator releases them.',
  };
}

/**
 * The downtime of a policy grows like a counter and drops to 0 at each recovery: `increase()` is the
 * sum of all downtimes, `resets()` is their number. The recorded downtime is the longest of all
 * replicas, so an outage of many replicas is one incident.
 */
function recoverySlow(queries: Queries): Alert {
  const { seconds, windowSeconds, atLeast } = queries.limits.recovery;
  const { policy } = queries.grouping;
  const downtime = recordedSeries.downtime(queries);
  const window = queries.time(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceRecoverySlow',
    severity: 'warning',
    subject: 'policy',
    expr: `
# Total downtime, divided by the number of recoveries.
max by (${policy}) (increase(${downtime}[${window}]))
  / (max by (${policy}) (resets(${downtime}[${window}])) >= ${atLeast})
  > ${queries.seconds(seconds)}`.trim(),
    summary: `${name} recovers slowly.`,
    description:
      `The circuit of ${name} (${queries.serviceTemplate}) took {{ $value | humanizeDuration }} on average ` +
      `to close again, in the incidents of the last ${window}`,
    limit: queries.time(seconds),
  };
}

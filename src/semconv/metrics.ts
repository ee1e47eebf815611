/**
 * The catalog: every metric as data. Instruments, Prometheus names, panels, alert rules,
 * tables in the docs and tests are derived from it; no name is typed anywhere else.
 *
 * Units are UCUM, annotations in braces. Stability: Development.
 */
import * as attr from './attributes.ts';

/** How a metric leaves: durations as they happen, all else when it is collected. */
export type InstrumentKind = 'counter' | 'updowncounter' | 'gauge' | 'histogram';

/** One combination of the closed attributes of a metric, without its subject. */
export type Series = Readonly<Record<string, string>>;

export interface Metric {
  /** The dotted OpenTelemetry name. */
  readonly name: string;
  readonly instrument: InstrumentKind;
  /** UCUM. */
  readonly unit: string;
  readonly description: string;
  /** The attribute that says whose metric it is; on every series. */
  readonly subject: string;
  /** Further attributes, each with its closed list of values; an empty list is an open one. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Every combination of closed values that can occur; empty where an attribute is open. */
  readonly series: readonly Series[];
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[];
}

/** Seconds. Wide enough for a cache hit and for the longest documented timeout (60 s). */
export const DURATION_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60,
] as const;

type Row = Pick<Metric, 'name' | 'instrument' | 'unit' | 'description'> &
  Partial<Pick<Metric, 'subject' | 'attributes' | 'series' | 'buckets'>>;

/** Every combination of the values of closed attributes, in the order they are written. */
function combinations(attributes: Metric['attributes']): Series[] {
  return Object.entries(attributes).reduce<Series[]>(
    (all, [key, values]) =>
      all.flatMap((series) => values.map((value) => ({ ...series, [key]: value }))),
    [{}],
  );
}

function define(row: Row): Metric {
  const attributes = row.attributes ?? {};
  return {
    subject: attr.ATTR_POLICY_NAME,
    series: combinations(attributes),
    ...(row.instrument === 'histogram' ? { buckets: DURATION_BUCKETS } : {}),
    ...row,
    attributes,
  };
}

export const EXECUTIONS = define({
  name: 'resilience.executions',
  instrument: 'counter',
  unit: '{execution}',
  description: 'Executions of an instrumented policy, by what the caller saw.',
  attributes: { [attr.ATTR_OUTCOME]: attr.OUTCOMES },
});

export const EXECUTION_DURATION = define({
  name: 'resilience.execution.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time from execute() to its answer, with every retry, wait and fallback.',
  attributes: { [attr.ATTR_OUTCOME]: attr.OUTCOMES },
});

export const EXECUTION_ACTIVE = define({
  name: 'resilience.execution.active',
  instrument: 'updowncounter',
  unit: '{execution}',
  description: 'Executions that have begun and not yet been answered.',
});

export const CIRCUIT_BREAKER_STATE = define({
  name: 'resilience.circuit_breaker.state',
  instrument: 'updowncounter',
  unit: '{circuit_breaker}',
  description: 'Circuit breakers that are in the state now.',
  attributes: {
    [attr.ATTR_CIRCUIT_BREAKER_STATE]: attr.CIRCUIT_BREAKER_STATES,
  },
});

export const CIRCUIT_BREAKER_TIME = define({
  name: 'resilience.circuit_breaker.time',
  instrument: 'counter',
  unit: 's',
  description: 'Time that circuit breakers spent in the state.',
  attributes: {
    [attr.ATTR_CIRCUIT_BREAKER_STATE]: attr.CIRCUIT_BREAKER_STATES,
  },
});

export const CIRCUIT_BREAKER_DOWNTIME = define({
  name: 'resilience.circuit_breaker.downtime',
  instrument: 'gauge',
  unit: 's',
  description:
    'Time since the circuit breaker left closed, failed probes included; 0 while it is closed or isolated.',
});

export const CIRCUIT_BREAKER_TRANSITIONS = define({
  name: 'resilience.circuit_breaker.transitions',
  instrument: 'counter',
  unit: '{transition}',
  description: 'Changes of state of circuit breakers.',
  attributes: {
    [attr.ATTR_CIRCUIT_BREAKER_STATE]: attr.CIRCUIT_BREAKER_STATES,
    [attr.ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE]: attr.CIRCUIT_BREAKER_STATES,
  },
  series: attr.CIRCUIT_BREAKER_TRANSITIONS.map(([previous, next]) => ({
    [attr.ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE]: previous,
    [attr.ATTR_CIRCUIT_BREAKER_STATE]: next,
  })),
});

export const CIRCUIT_BREAKER_RECOVERY_DURATION = define({
  name: 'resilience.circuit_breaker.recovery.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time from the first opening of a circuit to closed, failed probes included.',
  // A circuit stays open for 30 s or 60 s at least, and must close within 5 min (thresholds.ts).
  buckets: [1, 5, 10, 30, 45, 60, 90, 120, 180, 300, 600, 1800, 3600],
});

export const CIRCUIT_BREAKER_CALLS = define({
  name: 'resilience.circuit_breaker.calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls through a circuit breaker, by what the breaker made of them.',
  attributes: {
    [attr.ATTR_CIRCUIT_BREAKER_RESULT]: attr.CIRCUIT_BREAKER_RESULTS,
  },
});

export const CIRCUIT_BREAKER_ADMINISTRATION = define({
  name: 'resilience.circuit_breaker.administration',
  instrument: 'counter',
  unit: '{action}',
  description: 'What people did to circuit breakers by hand.',
  attributes: {
    [attr.ATTR_CIRCUIT_BREAKER_ACTION]: attr.CIRCUIT_BREAKER_ACTIONS,
  },
});

export const RETRY_CALLS = define({
  name: 'resilience.retry.calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls through a retry, by how they ended.',
  attributes: { [attr.ATTR_RETRY_RESULT]: attr.RETRY_RESULTS },
});

export const RETRY_ATTEMPTS = define({
  name: 'resilience.retry.attempts',
  instrument: 'counter',
  unit: '{attempt}',
  description: 'Calls made again by a retry; attempt 1 is the first retry, the second call.',
  attributes: { [attr.ATTR_RETRY_ATTEMPT]: attr.RETRY_ATTEMPTS },
});

export const RETRY_DELAY = define({
  name: 'resilience.retry.delay',
  instrument: 'histogram',
  unit: 's',
  description: 'Backoff before a retry.',
});

export const TIMEOUT_CALLS = define({
  name: 'resilience.timeout.calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls under a timeout, by whether they were aborted before they settled.',
  attributes: { [attr.ATTR_TIMEOUT_RESULT]: attr.TIMEOUT_RESULTS },
});

export const TIMEOUT_DURATION = define({
  name: 'resilience.timeout.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time that calls spent under a timeout.',
});

export const TIMEOUT_LIMIT = define({
  name: 'resilience.timeout.limit',
  instrument: 'gauge',
  unit: 's',
  description: 'The longest limit of the timeouts of that name, where it is known.',
});

export const BULKHEAD_CALLS = define({
  name: 'resilience.bulkhead.calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls to a bulkhead, by whether it let them run.',
  attributes: { [attr.ATTR_BULKHEAD_RESULT]: attr.BULKHEAD_RESULTS },
});

export const BULKHEAD_ACTIVE = define({
  name: 'resilience.bulkhead.active',
  instrument: 'updowncounter',
  unit: '{execution}',
  description: 'Executions that hold a slot of a bulkhead.',
});

export const BULKHEAD_QUEUED = define({
  name: 'resilience.bulkhead.queued',
  instrument: 'updowncounter',
  unit: '{execution}',
  description: 'Executions that wait for a slot of a bulkhead.',
});

export const BULKHEAD_LIMIT = define({
  name: 'resilience.bulkhead.limit',
  instrument: 'updowncounter',
  unit: '{execution}',
  description: 'Slots of the bulkheads of that name.',
});

export const BULKHEAD_QUEUE_LIMIT = define({
  name: 'resilience.bulkhead.queue.limit',
  instrument: 'updowncounter',
  unit: '{execution}',
  description: 'Places in the queues of the bulkheads of that name.',
});

export const BULKHEAD_WAIT_DURATION = define({
  name: 'resilience.bulkhead.wait.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time that executions spent in the queue of a bulkhead.',
});

export const FALLBACK_CALLS = define({
  name: 'resilience.fallback.calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls through a fallback, by whether it had to answer.',
  attributes: {
    [attr.ATTR_FALLBACK_RESULT]: attr.FALLBACK_RESULTS,
    [attr.ATTR_FALLBACK_TYPE]: attr.FALLBACK_TYPES,
  },
});

export const ERRORS = define({
  name: 'resilience.errors',
  instrument: 'counter',
  unit: '{error}',
  description: 'Errors and failed results that a policy acted on.',
  attributes: {
    [attr.ATTR_POLICY_TYPE]: attr.POLICY_TYPES,
    [attr.ATTR_ERROR_TYPE]: [],
  },
});

export const DEGRADATION_CALLS = define({
  name: 'resilience.degradation.calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Answers gathered from parts, by how many of their parts were there.',
  subject: attr.ATTR_DEGRADATION_NAME,
  attributes: { [attr.ATTR_DEGRADATION_STATUS]: attr.DEGRADATION_STATUSES },
});

export const DEGRADATION_PARTS = define({
  name: 'resilience.degradation.parts',
  instrument: 'counter',
  unit: '{part}',
  description: 'Parts of gathered answers, by how each of them ended.',
  subject: attr.ATTR_DEGRADATION_NAME,
  attributes: {
    [attr.ATTR_DEGRADATION_PART]: [],
    [attr.ATTR_OUTCOME]: attr.OUTCOMES,
  },
});

export const DEPENDENCY_AVAILABLE = define({
  name: 'resilience.dependency.available',
  instrument: 'updowncounter',
  unit: '{dependency}',
  description: 'Whether the dependency answered its last check: 1 or 0.',
  subject: attr.ATTR_DEPENDENCY_NAME,
});

export const DEPENDENCY_CHECK_DURATION = define({
  name: 'resilience.dependency.check.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time that a check of the dependency took.',
  subject: attr.ATTR_DEPENDENCY_NAME,
  attributes: { [attr.ATTR_DEPENDENCY_RESULT]: attr.DEPENDENCY_RESULTS },
});

export const DEPENDENCY_RECOVERY_ATTEMPTS = define({
  name: 'resilience.dependency.recovery.attempts',
  instrument: 'counter',
  unit: '{attempt}',
  description: 'Attempts to recover the dependency, by whether they ended without an error.',
  subject: attr.ATTR_DEPENDENCY_NAME,
  attributes: { [attr.ATTR_DEPENDENCY_RECOVERY_RESULT]: attr.RECOVERY_RESULTS },
});

export const TELEMETRY_ERRORS = define({
  name: 'resilience.telemetry.errors',
  instrument: 'counter',
  unit: '{error}',
  description: 'Faults of the instrumentation or of a hook given to it; none reached a call.',
});

/** Every metric, in the order of the docs. */
export const METRICS: readonly Metric[] = [
  EXECUTIONS,
  EXECUTION_DURATION,
  EXECUTION_ACTIVE,
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TIME,
  CIRCUIT_BREAKER_DOWNTIME,
  CIRCUIT_BREAKER_TRANSITIONS,
  CIRCUIT_BREAKER_RECOVERY_DURATION,
  CIRCUIT_BREAKER_CALLS,
  CIRCUIT_BREAKER_ADMINISTRATION,
  RETRY_CALLS,
  RETRY_ATTEMPTS,
  RETRY_DELAY,
  TIMEOUT_CALLS,
  TIMEOUT_DURATION,
  TIMEOUT_LIMIT,
  BULKHEAD_CALLS,
  BULKHEAD_ACTIVE,
  BULKHEAD_QUEUED,
  BULKHEAD_LIMIT,
  BULKHEAD_QUEUE_LIMIT,
  BULKHEAD_WAIT_DURATION,
  FALLBACK_CALLS,
  ERRORS,
  DEGRADATION_CALLS,
  DEGRADATION_PARTS,
  DEPENDENCY_AVAILABLE,
  DEPENDENCY_CHECK_DURATION,
  DEPENDENCY_RECOVERY_ATTEMPTS,
  TELEMETRY_ERRORS,
];

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
  /**
   * Values of the attributes whose series are lazy: such a series exists only from its first event on,
   * or from the moment at which a policy that can have it is instrumented. Few policies ever have it,
   * and each series costs the backend.
   */
  readonly lazy: readonly string[];
  /** Whether a series has one of these values. */
  isLazy(series: Series): boolean;
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[];
}

/** Seconds. From a cache hit to the longest documented timeout (60 s); 0.5 s and 5 s are limits of alerts. */
export const DURATION_BUCKETS = [0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

type Row = Pick<Metric, 'name' | 'instrument' | 'unit' | 'description'> &
  Partial<Pick<Metric, 'subject' | 'attributes' | 'series' | 'lazy' | 'buckets'>>;

/** Every combination of the values of closed attributes, in the order they are written. */
function combinations(attributes: Metric['attributes']): Series[] {
  return Object.entries(attributes).reduce<Series[]>(
    (all, [key, values]) =>
      all.flatMap((series) => values.map((value) => ({ ...series, [key]: value }))),
    [{}],
  );
}

function define(row: Row): Metric {
  const { attributes = {}, lazy = [] } = row;
  return {
    subject: attr.ATTR_POLICY_NAME,
    series: combinations(attributes),
    isLazy: (series) => Object.values(series).some((value) => lazy.includes(value)),
    ...(row.instrument === 'histogram' ? { buckets: DURATION_BUCKETS } : {}),
    ...row,
    attributes,
    lazy,
  };
}

export const EXECUTIONS = define({
  name: 'resilience.executions',
  instrument: 'counter',
  unit: '{execution}',
  description: 'Executions of an instrumented policy, by what the caller saw.',
  attributes: { [attr.ATTR_OUTCOME]: attr.OUTCOMES },
  lazy: ['fallback', 'rejected', 'timed_out', 'cancelled', 'not_handled'],
});

export const EXECUTION_DURATION = define({
  name: 'resilience.execution.duration',
  instrument: 'histogram',
  unit: 's',
  description:
    'Time from execute() until its promise settles, with every retry, wait and fallback.',
  attributes: { [attr.ATTR_EXECUTION_RESULT]: attr.EXECUTION_RESULTS },
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
  lazy: ['isolated'],
});

export const CIRCUIT_BREAKER_DOWNTIME = define({
  name: 'resilience.circuit_breaker.downtime',
  instrument: 'gauge',
  unit: 's',
  description:
    'Time since the circuit breaker left closed, failed probes included; 0 while it is closed or isolated.',
});

export const CIRCUIT_BREAKER_FAILURES = define({
  name: 'resilience.circuit_breaker.failures',
  instrument: 'gauge',
  unit: '{failure}',
  description:
    'Failures in a row that the circuit breaker counts now; of several, those of the one nearest to opening.',
});

export const CIRCUIT_BREAKER_FAILURES_LIMIT = define({
  name: 'resilience.circuit_breaker.failures.limit',
  instrument: 'gauge',
  unit: '{failure}',
  description: 'Failures in a row at which that circuit breaker opens.',
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
  lazy: ['isolated'],
});

export const CIRCUIT_BREAKER_RECOVERY_DURATION = define({
  name: 'resilience.circuit_breaker.recovery.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time from the first opening of a circuit to closed, failed probes included.',
  // A circuit stays open for 30 s or 60 s at least, and must close within 5 min (thresholds.ts).
  buckets: [60, 300, 900],
});

export const CIRCUIT_BREAKER_CALLS = define({
  name: 'resilience.circuit_breaker.calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls through a circuit breaker, by what the breaker made of them.',
  attributes: {
    [attr.ATTR_CIRCUIT_BREAKER_RESULT]: attr.CIRCUIT_BREAKER_RESULTS,
  },
  lazy: ['ignored', 'cancelled'],
});

export const CIRCUIT_BREAKER_ADMINISTRATION = define({
  name: 'resilience.circuit_breaker.administration',
  instrument: 'counter',
  unit: '{action}',
  description: 'What people did to circuit breakers by hand.',
  attributes: {
    [attr.ATTR_CIRCUIT_BREAKER_ACTION]: attr.CIRCUIT_BREAKER_ACTIONS,
  },
  lazy: attr.CIRCUIT_BREAKER_ACTIONS,
});

export const RETRY_CALLS = define({
  name: 'resilience.retry.calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls through a retry, by how they ended.',
  attributes: { [attr.ATTR_RETRY_RESULT]: attr.RETRY_RESULTS },
  lazy: ['aborted'],
});

export const RETRY_ATTEMPTS = define({
  name: 'resilience.retry.attempts',
  instrument: 'counter',
  unit: '{attempt}',
  description: 'Calls made again by a retry; attempt 1 is the first retry, the second call.',
  attributes: { [attr.ATTR_RETRY_ATTEMPT]: attr.RETRY_ATTEMPTS },
  lazy: attr.RETRY_ATTEMPTS,
});

export const RETRY_DELAY = define({
  name: 'resilience.retry.delay',
  instrument: 'histogram',
  unit: 's',
  description: 'Backoff before a retry.',
  // Its average shows whether the configured backoff is in force; a distribution shows no more.
  buckets: [],
});

export const TIMEOUT_CALLS = define({
  name: 'resilience.timeout.calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls under a timeout, by whether they were aborted before they settled.',
  attributes: { [attr.ATTR_TIMEOUT_RESULT]: attr.TIMEOUT_RESULTS },
  lazy: ['cancelled'],
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
  lazy: ['cancelled'],
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
  buckets: [0.1, 1, 10],
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
    [attr.ATTR_OUTCOME]: attr.PART_OUTCOMES,
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
  CIRCUIT_BREAKER_DOWNTIME,
  CIRCUIT_BREAKER_FAILURES,
  CIRCUIT_BREAKER_FAILURES_LIMIT,
  CIRCUIT_BREAKER_TRANSITIONS,
  CIRCUIT_BREAKER_RECOVERY_DURATION,
  CIRCUIT_BREAKER_CALLS,
  CIRCUIT_BREAKER_ADMINISTRATION,
  RETRY_CALLS,
  RETRY_ATTEMPTS,
  RETRY_DELAY,
  TIMEOUT_CALLS,
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

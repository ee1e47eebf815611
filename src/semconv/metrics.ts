/**
 * The catalog of all metrics. Instruments, Prometheus names, panels, alert rules, tables of the docs and
 * tests are derived from it.
 *
 * Units are UCUM, annotations in braces. Stability: Development.
 */
import * as attr from './attributes.ts';

/**
 * The kind of instrument. Histograms are recorded as durations occur, all others at collection.
 *
 * @example
 * const kind: InstrumentKind = 'counter';
 */
export type InstrumentKind = 'counter' | 'updowncounter' | 'gauge' | 'histogram';

/**
 * The attributes of one series, without the subject.
 *
 * @example
 * const series: Series = { [ATTR_OUTCOME]: 'failure' };
 */
export type Series = Readonly<Record<string, string>>;

/**
 * A metric of the catalog.
 *
 * @example
 * const histograms = METRICS.filter(({ instrument }: Metric) => instrument === 'histogram');
 */
export interface Metric {
  /** The dotted OpenTelemetry name. */
  readonly name: string;
  /** The kind of OpenTelemetry instrument. */
  readonly instrument: InstrumentKind;
  /** UCUM. */
  readonly unit: string;
  /** What the metric measures, in one sentence. */
  readonly description: string;
  /** The attribute with the name of the policy, dependency or `gather` call; on every series. */
  readonly subject: string;
  /** Further attributes with their values; an empty list allows any value. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Every possible combination of values; empty if an attribute allows any value. */
  readonly series: readonly Series[];
  /**
   * Attribute values whose series are lazy: such a series is exported from its first event on, or once
   * a policy that can have it is instrumented. Few policies ever have it.
   */
  readonly lazy: readonly string[];
  /** Whether a series has a lazy value. */
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
  description: 'Executions of an instrumented policy, by the result for the caller.',
  attributes: { [attr.ATTR_OUTCOME]: attr.OUTCOMES },
  lazy: ['fallback', 'rejected', 'timed_out', 'cancelled', 'not_handled'],
});

export const EXECUTION_DURATION = define({
  name: 'resilience.execution.duration',
  instrument: 'histogram',
  unit: 's',
  description:
    'Time from execute() until its promise settles, including retries, delays and fallback.',
  attributes: { [attr.ATTR_EXECUTION_RESULT]: attr.EXECUTION_RESULTS },
});

export const EXECUTION_ACTIVE = define({
  name: 'resilience.execution.active',
  instrument: 'updowncounter',
  unit: '{execution}',
  description: 'Executions in progress.',
});

export const CIRCUIT_BREAKER_STATE = define({
  name: 'resilience.circuit_breaker.state',
  instrument: 'updowncounter',
  unit: '{circuit_breaker}',
  description: 'Circuit breakers in the state.',
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
    'Consecutive failures of the circuit breaker; of several, those of the one nearest to opening.',
});

export const CIRCUIT_BREAKER_FAILURES_LIMIT = define({
  name: 'resilience.circuit_breaker.failures.limit',
  instrument: 'gauge',
  unit: '{failure}',
  description: 'Consecutive failures that open that circuit breaker.',
});

export const CIRCUIT_BREAKER_TRANSITIONS = define({
  name: 'resilience.circuit_breaker.transitions',
  instrument: 'counter',
  unit: '{transition}',
  description: 'State changes of circuit breakers.',
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
  // A circuit stays open for at least 30 s, and must close within 5 min (thresholds.ts).
  buckets: [60, 300, 900],
});

export const CIRCUIT_BREAKER_CALLS = define({
  name: 'resilience.circuit_breaker.calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls through a circuit breaker, by how it counted them.',
  attributes: {
    [attr.ATTR_CIRCUIT_BREAKER_RESULT]: attr.CIRCUIT_BREAKER_RESULTS,
  },
  lazy: ['ignored', 'cancelled'],
});

export const CIRCUIT_BREAKER_ADMINISTRATION = define({
  name: 'resilience.circuit_breaker.administration',
  instrument: 'counter',
  unit: '{action}',
  description: 'Operations on circuit breakers.',
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
  lazy: ['aborted', 'budget_exhausted'],
});

export const RETRY_ATTEMPTS = define({
  name: 'resilience.retry.attempts',
  instrument: 'counter',
  unit: '{attempt}',
  description: 'Retries; attempt 1 is the first retry, which is the second call.',
  attributes: { [attr.ATTR_RETRY_ATTEMPT]: attr.RETRY_ATTEMPTS },
  lazy: attr.RETRY_ATTEMPTS,
});

export const RETRY_DELAY = define({
  name: 'resilience.retry.delay',
  instrument: 'histogram',
  unit: 's',
  description: 'Backoff before a retry.',
  // The average shows whether the configured backoff applies; a distribution shows no more.
  buckets: [],
});

export const RETRY_BUDGET_BALANCE = define({
  name: 'resilience.retry.budget.balance',
  instrument: 'gauge',
  unit: '{retry}',
  description: 'Retries that the retry budget allows now, where a retry has a budget.',
});

export const TIMEOUT_CALLS = define({
  name: 'resilience.timeout.calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls with a timeout, by whether they were aborted before they settled.',
  attributes: { [attr.ATTR_TIMEOUT_RESULT]: attr.TIMEOUT_RESULTS },
  lazy: ['cancelled'],
});

export const TIMEOUT_LIMIT = define({
  name: 'resilience.timeout.limit',
  instrument: 'gauge',
  unit: 's',
  description: 'The longest timeout of the name, if known.',
});

export const BULKHEAD_CALLS = define({
  name: 'resilience.bulkhead.calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls to a bulkhead, by whether it accepted them.',
  attributes: { [attr.ATTR_BULKHEAD_RESULT]: attr.BULKHEAD_RESULTS },
  lazy: ['cancelled'],
});

export const BULKHEAD_ACTIVE = define({
  name: 'resilience.bulkhead.active',
  instrument: 'updowncounter',
  unit: '{execution}',
  description: 'Executions that occupy a slot of a bulkhead.',
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
  description: 'Slots of the bulkheads of the name.',
});

export const BULKHEAD_QUEUE_LIMIT = define({
  name: 'resilience.bulkhead.queue.limit',
  instrument: 'updowncounter',
  unit: '{execution}',
  description: 'Queue capacity of the bulkheads of the name.',
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
  description: 'Calls through a fallback, by whether it was used.',
  attributes: {
    [attr.ATTR_FALLBACK_RESULT]: attr.FALLBACK_RESULTS,
    [attr.ATTR_FALLBACK_TYPE]: attr.FALLBACK_TYPES,
  },
});

export const ERRORS = define({
  name: 'resilience.errors',
  instrument: 'counter',
  unit: '{error}',
  description: 'Errors and failed results that a policy handled.',
  attributes: {
    [attr.ATTR_POLICY_TYPE]: attr.POLICY_TYPES,
    [attr.ATTR_ERROR_TYPE]: [],
  },
});

export const DEGRADATION_CALLS = define({
  name: 'resilience.degradation.calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls of gather, by how many parts were available.',
  subject: attr.ATTR_DEGRADATION_NAME,
  attributes: { [attr.ATTR_DEGRADATION_STATUS]: attr.DEGRADATION_STATUSES },
});

export const DEGRADATION_PARTS = define({
  name: 'resilience.degradation.parts',
  instrument: 'counter',
  unit: '{part}',
  description: 'Parts of gather calls, by outcome.',
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
  description: 'Whether the last check found the dependency available: 1 or 0.',
  subject: attr.ATTR_DEPENDENCY_NAME,
});

export const DEPENDENCY_CHECK_DURATION = define({
  name: 'resilience.dependency.check.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Duration of a check of the dependency.',
  subject: attr.ATTR_DEPENDENCY_NAME,
  attributes: { [attr.ATTR_DEPENDENCY_RESULT]: attr.DEPENDENCY_RESULTS },
});

export const DEPENDENCY_RECOVERY_ATTEMPTS = define({
  name: 'resilience.dependency.recovery.attempts',
  instrument: 'counter',
  unit: '{attempt}',
  description: 'Attempts to recover the dependency, by whether they succeeded.',
  subject: attr.ATTR_DEPENDENCY_NAME,
  attributes: { [attr.ATTR_DEPENDENCY_RECOVERY_RESULT]: attr.RECOVERY_RESULTS },
});

export const TELEMETRY_ERRORS = define({
  name: 'resilience.telemetry.errors',
  instrument: 'counter',
  unit: '{error}',
  description: 'Faults of the instrumentation or of a hook of the user; none reached a call.',
});

export const CONNECTION_STATE = define({
  name: 'resilience.connection.state',
  instrument: 'updowncounter',
  unit: '{connection}',
  description: 'Supervised connections in the state.',
  subject: attr.ATTR_CONNECTION_NAME,
  attributes: { [attr.ATTR_CONNECTION_STATE]: attr.CONNECTION_STATES },
  lazy: ['closed'],
});

export const CONNECTION_DOWNTIME = define({
  name: 'resilience.connection.downtime',
  instrument: 'gauge',
  unit: 's',
  description:
    'Time since the connection left connected, or since its supervision started; 0 while it is connected.',
  subject: attr.ATTR_CONNECTION_NAME,
});

export const CONNECTION_TRANSITIONS = define({
  name: 'resilience.connection.transitions',
  instrument: 'counter',
  unit: '{transition}',
  description: 'State changes of supervised connections.',
  subject: attr.ATTR_CONNECTION_NAME,
  attributes: {
    [attr.ATTR_CONNECTION_STATE]: attr.CONNECTION_STATES,
    [attr.ATTR_CONNECTION_PREVIOUS_STATE]: attr.CONNECTION_STATES,
  },
  series: attr.CONNECTION_TRANSITIONS.map(([previous, next]) => ({
    [attr.ATTR_CONNECTION_PREVIOUS_STATE]: previous,
    [attr.ATTR_CONNECTION_STATE]: next,
  })),
  lazy: ['closed'],
});

export const CONNECTION_ATTEMPTS = define({
  name: 'resilience.connection.attempts',
  instrument: 'counter',
  unit: '{attempt}',
  description: 'Attempts of the client or of its supervisor to connect, by whether they succeeded.',
  subject: attr.ATTR_CONNECTION_NAME,
  attributes: { [attr.ATTR_CONNECTION_ATTEMPT_RESULT]: attr.RECOVERY_RESULTS },
});

export const CONNECTION_LOSSES = define({
  name: 'resilience.connection.losses',
  instrument: 'counter',
  unit: '{loss}',
  description: 'Losses of a connection, and of attempts to regain it, by reason.',
  subject: attr.ATTR_CONNECTION_NAME,
  attributes: { [attr.ATTR_CONNECTION_LOSS_REASON]: attr.CONNECTION_LOSS_REASONS },
});

export const CONNECTION_RECOVERY_DURATION = define({
  name: 'resilience.connection.recovery.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time from the loss of a connection until it is connected again.',
  subject: attr.ATTR_CONNECTION_NAME,
  buckets: [1, 10, 60, 300],
});

/**
 * The pools of a database client, by OpenTelemetry's conventions:
 * https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#connection-pools
 */
export const POOL_CONNECTIONS = define({
  name: 'db.client.connection.count',
  instrument: 'updowncounter',
  unit: '{connection}',
  description: 'Connections of the pool in the state.',
  subject: attr.ATTR_DB_POOL_NAME,
  attributes: { [attr.ATTR_DB_POOL_STATE]: attr.DB_POOL_STATES },
});

export const POOL_LIMIT = define({
  name: 'db.client.connection.max',
  instrument: 'updowncounter',
  unit: '{connection}',
  description: 'Connections that the pool may open.',
  subject: attr.ATTR_DB_POOL_NAME,
});

export const POOL_PENDING = define({
  name: 'db.client.connection.pending_requests',
  instrument: 'updowncounter',
  unit: '{request}',
  description: 'Requests that wait for a connection of the pool.',
  subject: attr.ATTR_DB_POOL_NAME,
});

export const POOL_TIMEOUTS = define({
  name: 'db.client.connection.timeouts',
  instrument: 'counter',
  unit: '{timeout}',
  description: 'Requests that did not get a connection of the pool in time.',
  subject: attr.ATTR_DB_POOL_NAME,
});

/**
 * The metrics of supervised connections. Their instruments exist once a connection is supervised.
 *
 * @example
 * const names = CONNECTION_METRICS.map(({ name }) => name);
 */
export const CONNECTION_METRICS: readonly Metric[] = [
  CONNECTION_STATE,
  CONNECTION_DOWNTIME,
  CONNECTION_TRANSITIONS,
  CONNECTION_ATTEMPTS,
  CONNECTION_LOSSES,
  CONNECTION_RECOVERY_DURATION,
];

/**
 * The metrics of connection pools, whose names OpenTelemetry defines.
 *
 * @example
 * const names = POOL_METRICS.map(({ name }) => name);
 */
export const POOL_METRICS: readonly Metric[] = [
  POOL_CONNECTIONS,
  POOL_LIMIT,
  POOL_PENDING,
  POOL_TIMEOUTS,
];

/**
 * Every metric that exists without supervised connections, in the order of the docs.
 *
 * @example
 * const names = METRICS.map(({ name }) => name);
 */
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
  RETRY_BUDGET_BALANCE,
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

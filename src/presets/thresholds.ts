/**
 * The documented numbers. Policies, panels, alert rules, runbooks and docs read them here. Imports
 * nothing.
 *
 * The name of a property has its unit: `seconds`, `ratio` (0 to 1), `failures`, `calls`, `count`, `perCall`.
 * `source` has the letters of the documents: requirements of the services that this package was made
 * for, which are not public, or the design of this package. If two documents differ, both rows exist.
 */

export const SOURCES = {
  R: 'enterprise resilience feature',
  P: 'resilience & reliability phase',
  M: 'resilience module report',
  C: 'resilience patterns analysis',
  A: 'system-wide resilience audit',
  D: 'the design of this package',
} as const;

export type Source = keyof typeof SOURCES;

/** The numbers of a row, and their sources. */
type Row = Readonly<
  { source: readonly Source[] } & Record<string, number | boolean | string | readonly unknown[]>
>;

/** Consecutive failures that open the circuit, the time that it stays open, and its concurrent probes. */
const BREAKER = {
  default: { failures: 5, openSeconds: 60, probes: 1, source: ['R', 'P', 'M', 'C'] },
  database: { failures: 10, openSeconds: 30, probes: 1, source: ['P'] },
  /** OpenFGA. */
  authorization: { failures: 10, openSeconds: 30, probes: 1, source: ['M'] },
  /** `grows`: the open time grows exponentially while probes fail. */
  authentication: { failures: 5, openSeconds: 30, probes: 1, grows: true, source: ['A'] },
  /** For a breaker that opens by the share of failed calls among its last calls. */
  count: { ratio: 0.5, size: 20, minimumCalls: 10, source: ['D'] },
  /** For a breaker that opens by the share of failed calls within a time. */
  sampling: { ratio: 0.5, windowSeconds: 30, minimumCallsPerSecond: 1, source: ['D'] },
  /** The open time doubles, up to the time in which a circuit must recover. */
  growth: { base: 2, maxOpenSeconds: 300, source: ['D'] },
} as const satisfies Record<string, Row>;

/**
 * `calls` includes the first call, like an "attempt" of the documents; cockatiel's `maxAttempts` does
 * not. A document may have one delay more than its calls need; it applies if the calls are increased.
 */
const RETRY = {
  enterprise: { calls: 3, waitsSeconds: [2, 4, 8], source: ['R'] },
  /** "3 retries", which are 4 calls. */
  http: {
    calls: 4,
    waitsSeconds: [0.5, 1, 2],
    statuses: [429, 500, 502, 503, 504],
    source: ['P'],
  },
  default: { calls: 3, base: 2, maxWaitSeconds: 10, jitter: true, source: ['M'] },
  /** Retries connection errors and timeouts only. */
  apiClient: { calls: 3, waitsSeconds: [1, 2, 4], maxWaitSeconds: 10, source: ['C'] },
  /** The first delay, if a document has only the base that multiplies it. */
  firstWait: { firstWaitSeconds: 1, source: ['D'] },
  /** Asynchronous tasks with exponential backoff: "3 retries", which are 4 calls. */
  task: { calls: 4, source: ['P'] },
  /**
   * Retries of all calls to a dependency together: a share of the calls, and as many per second.
   * Finagle's default: https://twitter.github.io/finagle/guide/Clients.html#retries
   */
  budget: { ratio: 0.2, perSecond: 10, ttlSeconds: 10, source: ['D'] },
  /** Reconnecting. Starts again after a success and never gives up. */
  reconnect: { attempts: 10, firstWaitSeconds: 1, base: 2, maxWaitSeconds: 60, source: ['A'] },
} as const satisfies Record<string, Row>;

const TIMEOUT = {
  default: { seconds: 30, source: ['M'] },
  llm: { seconds: 60, source: ['M'] },
  auth: { seconds: 5, source: ['M'] },
  db: { seconds: 10, source: ['M'] },
  http: { seconds: 15, source: ['M'] },
  httpService: { seconds: 30, source: ['P'] },
  apiClient: { seconds: 15, source: ['C'] },
  awsConnect: { seconds: 10, source: ['C'] },
  awsRead: { seconds: 60, source: ['C'] },
  task: { seconds: 120, source: ['P'] },
} as const satisfies Record<string, Row>;

/** Concurrent executions. */
const BULKHEAD = {
  llm: { limit: 10, source: ['M'] },
  openfga: { limit: 50, source: ['M'] },
  redis: { limit: 100, source: ['M'] },
  db: { limit: 20, source: ['M'] },
  metricsJob: { limit: 10, source: ['C'] },
  batchJob: { limit: 5, source: ['C'] },
} as const satisfies Record<string, Row>;

const FALLBACK = {
  /** Largest age of a cached value; the documents have a range. */
  stale: { maxAgeSeconds: 300, longestMaxAgeSeconds: 600, source: ['C'] },
} as const satisfies Record<string, Row>;

/** Numbers for policies. */
export const POLICIES = {
  breaker: BREAKER,
  retry: RETRY,
  timeout: TIMEOUT,
  bulkhead: BULKHEAD,
  fallback: FALLBACK,
  /** Policies per name (one for each key) and names; the least recently used one is evicted. */
  registry: { limits: { keys: 500, names: 1000, source: ['D'] } },
  monitor: {
    /** Time between two checks of a dependency, which also recover an unhealthy one. */
    interval: { seconds: 30, source: ['A'] },
    /** Share of the interval by which checks vary, so that replicas do not check together. */
    jitter: { ratio: 0.1, source: ['D'] },
    /** Timeout of one check: twice the limit of a slow check, and shorter than the interval. */
    timeout: { seconds: 10, source: ['D'] },
  },
} as const;

/**
 * Limits of dashboards and alert rules.
 *
 * `windowSeconds` is the range of a query, `forSeconds` the `for` of a rule, and `atLeast` the number of
 * events that a rule needs. Where no document has them, they are chosen such that a single event
 * pages nobody.
 */
export const LIMITS = {
  /** Circuits that open: one is a service outage, of which on-call should know. */
  opened: { count: 1, windowSeconds: 300, source: ['R'] },
  /** Share of the breakers of a name, on all replicas, that was not closed, on average. */
  fleetWide: { ratio: 0.5, windowSeconds: 300, forSeconds: 120, source: ['D'] },
  /** Services in which the circuit of one dependency is open on most replicas: the dependency is down. */
  manyJobs: { count: 3, source: ['D'] },
  /** A circuit that has not recovered in this time is stuck. */
  stuckOpen: { seconds: 300, source: ['R', 'M'] },
  /** A circuit that rejected no call in this window harms no caller. */
  circuitCalls: { windowSeconds: 900, source: ['D'] },
  /** Probes after the reset time that failed: warn of the first. */
  probeFailed: { count: 1, windowSeconds: 300, source: ['R', 'M'] },
  /** Openings of one replica's circuit: as many are no outage, but a limit that is too tight. */
  flapping: { count: 3, windowSeconds: 1800, source: ['D'] },
  /** Share of the breakers of a name that is isolated by hand: it inhibits the other alerts. */
  isolatedNow: { ratio: 0.5, source: ['D'] },
  /** Isolated by hand, and probably forgotten. */
  isolated: { seconds: 3600, source: ['D'] },
  /** Mean time from open to closed: below. */
  recovery: { seconds: 300, windowSeconds: 86_400, atLeast: 3, source: ['R', 'M'] },
  /** Second retries ("attempt 2 of 3") in the window: more are a degraded network. */
  secondRetries: { count: 10, ratio: 0.001, windowSeconds: 300, source: ['R'] },
  /** Retries that recover the call, of the calls retried: above. */
  retrySuccess: { ratio: 0.7, windowSeconds: 900, atLeast: 20, source: ['M'] },
  /** Retries for each call: more, and the retries are the load. */
  retryAmplification: { perCall: 0.5, windowSeconds: 600, atLeast: 100, source: ['D'] },
  /** Calls to which the retry budget denied a retry: below. */
  retryBudget: { ratio: 0.01, windowSeconds: 600, atLeast: 100, source: ['D'] },
  /** Calls that time out: below. */
  timeouts: { ratio: 0.05, windowSeconds: 600, atLeast: 5, source: ['M'] },
  /** Calls that a bulkhead rejects: below. */
  bulkheadRejections: { ratio: 0.01, windowSeconds: 600, atLeast: 5, source: ['M'] },
  /** Slots of a bulkhead that are taken, on average. */
  bulkheadSaturation: { ratio: 0.9, windowSeconds: 300, source: ['D'] },
  /** Answers that come from a fallback: below. */
  fallbacks: { ratio: 0.1, windowSeconds: 600, atLeast: 10, source: ['M'] },
  /** Fallbacks that failed themselves: callers have nothing left. */
  fallbackFailures: { count: 5, ratio: 0.001, windowSeconds: 600, source: ['D'] },
  /** Openings that were false positives: below. */
  falseOpenings: { ratio: 0.01, source: ['M'] },
  /** At least; 52.6 min a year are left. */
  availability: { ratio: 0.9999, source: ['M'] },
  /** Executions that fail: below. */
  errors: { ratio: 0.0001, source: ['M'] },
  /** Unanswered executions in a window of a burn rate; fewer prove nothing. */
  budgetBurn: { atLeast: 5, source: ['D'] },
  /** The same, in the long window of all burn rates but the fastest. */
  slowBudgetBurn: { atLeast: 20, source: ['D'] },
  /** The 95th percentile of the duration of executions: below. */
  latency: { seconds: 0.5, quantile: 0.95, windowSeconds: 600, atLeast: 20, source: ['M'] },
  /** Executions in a longer window: a service that is seldom called has few in the other. */
  latencyTraffic: { windowSeconds: 3600, atLeast: 100, source: ['D'] },
  /** Executions that began in the window, on replicas where none ended in it. */
  executionsStuck: { atLeast: 5, windowSeconds: 900, forSeconds: 300, source: ['D'] },
  /** What instrumentation adds to a call: below. */
  overhead: { ratio: 0.02, source: ['M'] },
  /** A health check that takes longer finds a system under load. */
  healthCheck: { seconds: 5, ratio: 0.01, windowSeconds: 300, atLeast: 2, source: ['R'] },
  /** Dependencies available: at least, for bulk work to be safe. */
  dependenciesAvailable: { ratio: 0.8, forSeconds: 120, source: ['R'] },
  /** A job that had metrics `windowSeconds` ago, and has none for `forSeconds`. */
  metricsAbsent: { windowSeconds: 3600, forSeconds: 600, source: ['D'] },
  /** Faults of the instrumentation or of a hook. */
  telemetryErrors: { count: 1, windowSeconds: 300, source: ['D'] },
} as const satisfies Record<string, Row>;

/** The error budget of `availability` is that of 30 days. */
export const BUDGET_SECONDS = 2_592_000;

/**
 * How fast the error budget of `availability` may burn: at 1 it lasts 30 days. Both windows must
 * burn: the long one shows that it matters, the short one that it is not over yet. `forSeconds` as
 * in kubernetes-mixin.
 * Source: https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts
 */
export const BURN_RATES = [
  { burn: 14.4, longSeconds: 3600, shortSeconds: 300, forSeconds: 120, severity: 'critical' },
  { burn: 6, longSeconds: 21_600, shortSeconds: 1800, forSeconds: 900, severity: 'critical' },
  { burn: 3, longSeconds: 86_400, shortSeconds: 7200, forSeconds: 3600, severity: 'warning' },
  { burn: 1, longSeconds: 259_200, shortSeconds: 21_600, forSeconds: 10_800, severity: 'warning' },
] as const;

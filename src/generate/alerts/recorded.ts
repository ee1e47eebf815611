import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_DEPENDENCY_NAME,
  ATTR_OUTCOME,
  type CircuitBreakerState,
  OUTCOMES,
  type Outcome,
} from '../../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_RECOVERY_DURATION,
  CIRCUIT_BREAKER_STATE,
  DEPENDENCY_AVAILABLE,
  DEPENDENCY_CHECK_DURATION,
  EXECUTION_DURATION,
  EXECUTIONS,
} from '../../semconv/metrics.ts';
import { type Matcher, recordedName } from '../../semconv/prometheus.ts';
import { BURN_RATES } from '../../thresholds.ts';
import { is, isOneOf, type Queries } from '../queries.ts';
import { counted, countedFromNothing } from './counted.ts';
import type { Recording, RuleGroup } from './rule.ts';

/** How far apart recorded windows are laid side by side to make a longer one. */
const STEP_SECONDS = 300;
/** How often they are recorded. */
const INTERVAL_SECONDS = 60;
/** A window of what is recorded holds so many of its samples, as one of raw series does of theirs. */
const SAMPLES = 4;

/** For so long a replica is remembered that could not be scraped. */
const MISSED_SECONDS = 120;

/** An execution whose caller got no answer. */
const NO_ANSWER: readonly Outcome[] = ['failure', 'rejected', 'timed_out'];
export const UNANSWERED = isOneOf(ATTR_OUTCOME, NO_ANSWER);
const ANSWERED = isOneOf(
  ATTR_OUTCOME,
  OUTCOMES.filter((outcome) => !NO_ANSWER.includes(outcome)),
);

/** What is recorded, by job and policy. */
export const RECORDED = {
  executions: recordedName(EXECUTIONS, 'policy', 'increase5m'),
  unanswered: recordedName(EXECUTIONS, 'policy', 'unanswered_increase5m'),
  recoveries: recordedName(CIRCUIT_BREAKER_RECOVERY_DURATION, 'policy', 'count_increase5m'),
  recoverySeconds: recordedName(CIRCUIT_BREAKER_RECOVERY_DURATION, 'policy', 'sum_increase5m'),
  /** By job alone. */
  dependencies: recordedName(DEPENDENCY_AVAILABLE, 'job', 'ratio'),
  /** By replica: how many breakers it has. */
  breakers: recordedName(CIRCUIT_BREAKER_STATE, 'instance', 'sum'),
  /** How many executions it had that were timed, */
  timed: recordedName(EXECUTION_DURATION, 'instance', 'count'),
  /** and how many of them took no longer than they may. */
  fast: recordedName(EXECUTION_DURATION, 'instance', 'fast_count'),
  /** How many checks of a dependency took longer than they may. */
  slowChecks: recordedName(DEPENDENCY_CHECK_DURATION, 'instance', 'slow_count'),
} as const;

/** The recorded share of executions without an answer in a documented window. */
export function errorRatio(windowSeconds: number): string {
  return recordedName(EXECUTIONS, 'policy', `unanswered_ratio_${named(windowSeconds)}`);
}

/** The windows of the burn rates, shortest first. */
export const ERROR_RATIO_SECONDS: readonly number[] = [
  ...new Set(BURN_RATES.flatMap(({ longSeconds, shortSeconds }) => [longSeconds, shortSeconds])),
].sort((a, b) => a - b);

/** How much was recorded in a long window: the recorded 5 min laid side by side, which is cheap. */
export function total(queries: Queries, recorded: string, windowSeconds: number): string {
  return `sum_over_time(${recorded}[${queries.time(windowSeconds)}:${queries.time(STEP_SECONDS)}])`;
}

/** A documented window over what is recorded of each replica. */
export function ofRecorded(windowSeconds: number): number {
  return Math.max(windowSeconds, SAMPLES * INTERVAL_SECONDS);
}

/**
 * What alerts read instead of raw series. Ratios over days, as days of raw series would cost more at
 * each evaluation than all other rules together. And what takes many raw series of a replica, summed
 * once: to find a series costs more than to calculate with it, and such rules look at each of theirs
 * several times.
 */
export function recordings(queries: Queries): RuleGroup<Recording> {
  return {
    name: 'resilience-recorded',
    intervalSeconds: INTERVAL_SECONDS,
    rules: [
      ...executions(queries),
      ...recoveries(queries),
      { record: RECORDED.dependencies, expr: available(queries) },
      ...ofReplicas(queries),
    ],
  };
}

function executions(queries: Queries): Recording[] {
  const by = queries.policy;
  const answered = queries.gained(EXECUTIONS, STEP_SECONDS, { by, matchers: [ANSWERED] });
  return [
    {
      record: RECORDED.unanswered,
      expr: counted(queries, EXECUTIONS, STEP_SECONDS, { by, matchers: [UNANSWERED] }),
    },
    // Of the many, a guess at the edges of the window will do.
    { record: RECORDED.executions, expr: `${answered}\n+ ${RECORDED.unanswered}` },
    ...ERROR_RATIO_SECONDS.map((seconds) => ({
      record: errorRatio(seconds),
      expr: ratio(queries, seconds),
    })),
  ];
}

function recoveries(queries: Queries): Recording[] {
  const recovered = (part: 'sum' | 'count') =>
    counted(queries, CIRCUIT_BREAKER_RECOVERY_DURATION, STEP_SECONDS, {
      by: queries.policy,
      part,
      // A histogram appears with its first value; the states of its breaker were there before.
      witness: queries.of(CIRCUIT_BREAKER_STATE, [
        is<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed'),
      ]),
    });
  return [
    { record: RECORDED.recoveries, expr: recovered('count') },
    { record: RECORDED.recoverySeconds, expr: recovered('sum') },
  ];
}

/** Of each replica, as only a single process begins to count anew with all its series at once. */
function ofReplicas(queries: Queries): Recording[] {
  const { latency, healthCheck } = queries.limits;
  // Every outcome is counted from zero on, and has durations from its first on.
  const called = queries.of(EXECUTIONS, [is<Outcome>(ATTR_OUTCOME, 'success')]);
  const took = (part: 'count' | 'bucket', ...matchers: Matcher[]) =>
    countedFromNothing(
      queries,
      queries.policy,
      (sum) => sum(queries.of(EXECUTION_DURATION, matchers, part)),
      called,
    );
  const checks = (part: 'count' | 'bucket', ...matchers: Matcher[]) =>
    queries.of(DEPENDENCY_CHECK_DURATION, matchers, part);
  return [
    { record: RECORDED.timed, expr: took('count') },
    { record: RECORDED.fast, expr: took('bucket', queries.atMost(latency.seconds)) },
    {
      record: RECORDED.slowChecks,
      expr: countedFromNothing(
        queries,
        [queries.job, ATTR_DEPENDENCY_NAME],
        (sum) =>
          `${sum(checks('count'))}\n- ${sum(checks('bucket', queries.atMost(healthCheck.seconds)))}`,
        queries.of(DEPENDENCY_AVAILABLE),
      ),
    },
    { record: RECORDED.breakers, expr: breakersOf(queries) },
  ];
}

/** How many breakers a replica has: by their last states, as of a scrape that was missed nothing is known. */
export function breakersOf(queries: Queries): string {
  const states = `${queries.of(CIRCUIT_BREAKER_STATE)}[${queries.window(MISSED_SECONDS)}]`;
  return `sum ${queries.by(queries.replica)} (last_over_time(${states}))`;
}

/** Of the shortest window its count; of a longer one all counts in it, which lie as close in both. */
function ratio(queries: Queries, seconds: number): string {
  const { executions, unanswered } = RECORDED;
  if (seconds === STEP_SECONDS) return `${unanswered} / (${executions} > 0)`;
  const window = queries.time(seconds);
  return `
sum_over_time(${unanswered}[${window}])
  / (sum_over_time(${executions}[${window}]) > 0)`.trim();
}

/**
 * The share of dependencies that are available, each where half of its replicas or more can reach
 * it: replicas are no dependencies. Sums of halves are exact, and a mean is once it is rounded; by
 * itself it takes 8 of 10 for a hair less than 0.8.
 */
function available(queries: Queries): string {
  const { forSeconds } = queries.limits.dependenciesAvailable;
  const dependency = queries.by([queries.job, ATTR_DEPENDENCY_NAME]);
  // The last value, as of a scrape that was missed nothing is known.
  const last = `last_over_time(${queries.of(DEPENDENCY_AVAILABLE)}[${queries.window(forSeconds)}])`;
  return `
round(
  avg ${queries.by([queries.job])} (
    sum ${dependency} (${last} - 0.5) >= bool 0
  ), 0.0001
)`.trim();
}

/** A duration in the name of a recorded series: the documented one, whatever the time scale. */
function named(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400}d`;
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds / 60}m`;
}

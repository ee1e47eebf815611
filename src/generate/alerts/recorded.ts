import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_DEPENDENCY_NAME,
  ATTR_OUTCOME,
  type CircuitBreakerState,
  type Outcome,
} from '../../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_RECOVERY_DURATION,
  CIRCUIT_BREAKER_STATE,
  DEPENDENCY_AVAILABLE,
  EXECUTIONS,
} from '../../semconv/metrics.ts';
import { recordedName, selectorOf } from '../../semconv/prometheus.ts';
import { BURN_RATES } from '../../thresholds.ts';
import { is, isOneOf, type Queries } from '../queries.ts';
import { counted } from './counted.ts';
import type { Recording, RuleGroup } from './rule.ts';

/** How far apart recorded windows are laid side by side to make a longer one. */
const STEP_SECONDS = 300;
/** How often they are recorded. */
const INTERVAL_SECONDS = 60;

/** An execution whose caller got no answer. */
export const UNANSWERED = isOneOf<Outcome>(ATTR_OUTCOME, ['failure', 'rejected', 'timed_out']);

/** What is recorded, by job and policy. */
export const RECORDED = {
  /** By outcome as well. */
  outcomes: recordedName(EXECUTIONS, 'outcome', 'increase5m'),
  executions: recordedName(EXECUTIONS, 'policy', 'increase5m'),
  unanswered: recordedName(EXECUTIONS, 'policy', 'unanswered_increase5m'),
  recoveries: recordedName(CIRCUIT_BREAKER_RECOVERY_DURATION, 'policy', 'count_increase5m'),
  recoverySeconds: recordedName(CIRCUIT_BREAKER_RECOVERY_DURATION, 'policy', 'sum_increase5m'),
  /** By job alone. */
  dependencies: recordedName(DEPENDENCY_AVAILABLE, 'job', 'ratio'),
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

/**
 * Ratios over days, made of counts recorded every minute: to read days of raw series at each
 * evaluation would cost more than all other rules together.
 */
export function recordings(queries: Queries): RuleGroup<Recording> {
  const { outcomes, executions, unanswered, recoveries, recoverySeconds, dependencies } = RECORDED;
  const by = queries.policy;
  // A histogram appears with its first value; the states of its breaker were there before.
  const witness = {
    series: queries.of(CIRCUIT_BREAKER_STATE, [
      is<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed'),
    ]),
    on: queries.replica,
  };
  const recovered = (part: 'sum' | 'count') =>
    counted(queries, CIRCUIT_BREAKER_RECOVERY_DURATION, STEP_SECONDS, { by, part, witness });
  return {
    name: 'resilience-recorded',
    intervalSeconds: INTERVAL_SECONDS,
    rules: [
      // Every replica is read once.
      {
        record: outcomes,
        expr: counted(queries, EXECUTIONS, STEP_SECONDS, { by: [...by, ATTR_OUTCOME] }),
      },
      { record: executions, expr: `sum ${queries.by(by)} (${outcomes})` },
      {
        record: unanswered,
        expr: `sum ${queries.by(by)} (${selectorOf(outcomes, queries.settings.naming, [UNANSWERED])})`,
      },
      ...ERROR_RATIO_SECONDS.map((seconds) => ({
        record: errorRatio(seconds),
        expr: ratio(queries, seconds),
      })),
      { record: recoveries, expr: recovered('count') },
      { record: recoverySeconds, expr: recovered('sum') },
      { record: dependencies, expr: available(queries) },
    ],
  };
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
 * it: replicas are no dependencies. Not `avg`, by which 8 of 10 are a hair less than 0.8.
 */
function available(queries: Queries): string {
  const { forSeconds } = queries.limits.dependenciesAvailable;
  const dependency = queries.by([queries.job, ATTR_DEPENDENCY_NAME]);
  // The last value, as of a scrape that was missed nothing is known.
  const last = `last_over_time(${queries.of(DEPENDENCY_AVAILABLE)}[${queries.window(forSeconds)}])`;
  const job = queries.by([queries.job]);
  return `
sum ${job} (
  sum ${dependency} (${last}) >= bool 0.5 * count ${dependency} (${last})
)
/ count ${job} (
  count ${dependency} (${last})
)`.trim();
}

/** A duration in the name of a recorded series: the documented one, whatever the time scale. */
function named(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400}d`;
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds / 60}m`;
}

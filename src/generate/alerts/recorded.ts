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
import { type Matcher, recordedName } from '../../semconv/prometheus.ts';
import { BURN_RATES } from '../../thresholds.ts';
import { is, isOneOf, type Queries } from '../queries.ts';
import type { Recording, RuleGroup } from './rule.ts';

/** How far apart recorded windows are laid side by side to make a longer one. */
const STEP_SECONDS = 300;
/** How often they are recorded. */
const INTERVAL_SECONDS = 60;

/** An execution whose caller got no answer. */
export const UNANSWERED = isOneOf<Outcome>(ATTR_OUTCOME, ['failure', 'rejected', 'timed_out']);

/** What is recorded, by job and policy. */
export const RECORDED = {
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
  const { executions, unanswered, recoveries, recoverySeconds, dependencies } = RECORDED;
  const dependency = [queries.job, ATTR_DEPENDENCY_NAME];
  return {
    name: 'resilience-recorded',
    intervalSeconds: INTERVAL_SECONDS,
    rules: [
      { record: executions, expr: counted(queries) },
      { record: unanswered, expr: counted(queries, [UNANSWERED]) },
      ...ERROR_RATIO_SECONDS.map((seconds) => ({
        record: errorRatio(seconds),
        // As often as they were recorded, both count the same; of a ratio it can't be seen.
        expr: `
sum_over_time(${unanswered}[${queries.time(seconds)}])
  / (sum_over_time(${executions}[${queries.time(seconds)}]) > 0)`.trim(),
      })),
      { record: recoveries, expr: recovered(queries, 'count') },
      { record: recoverySeconds, expr: recovered(queries, 'sum') },
      {
        record: dependencies,
        // Replicas are no dependencies: one is available where most of them can reach it.
        expr: `
avg ${queries.by([queries.job])} (
  avg ${queries.by(dependency)} (${queries.of(DEPENDENCY_AVAILABLE)}) >= bool 0.5
)`.trim(),
      },
    ],
  };
}

/**
 * What was counted in 5 min, such that 5 min side by side leave nothing out: a window one sample
 * longer holds the step between them, and as much less of its extrapolated sum is taken.
 */
function gained(queries: Queries, series: string): string {
  const step = queries.seconds(STEP_SECONDS);
  const wider = queries.secondsAndSample(STEP_SECONDS);
  return `increase(${series}[${queries.timeAndSample(STEP_SECONDS)}]) * ${step} / ${wider}`;
}

function counted(queries: Queries, matchers: readonly Matcher[] = []): string {
  const series = queries.of(EXECUTIONS, matchers);
  return `sum ${queries.by(queries.policy)} (${gained(queries, series)})`;
}

/**
 * A histogram appears with its first value, which no increase() sees. So what a replica has whose
 * breaker was there 5 min ago, and which it had not then, counts in full.
 */
function recovered(queries: Queries, part: 'sum' | 'count'): string {
  const series = queries.of(CIRCUIT_BREAKER_RECOVERY_DURATION, [], part);
  const ago = `offset ${queries.time(STEP_SECONDS)}`;
  const known = queries.of(CIRCUIT_BREAKER_STATE, [
    is<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed'),
  ]);
  return `
sum ${queries.by(queries.policy)} (
  ${series} unless ${series} ${ago}
    and on (${queries.labels(queries.replica)}) ${known} ${ago}
  or
  ${gained(queries, series)}
)`.trim();
}

/** A duration in the name of a recorded series: the documented one, whatever the time scale. */
function named(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400}d`;
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds / 60}m`;
}

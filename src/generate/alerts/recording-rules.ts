import { ATTR_CIRCUIT_BREAKER_STATE, ATTR_OUTCOME } from '../../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_DOWNTIME,
  CIRCUIT_BREAKER_STATE,
  EXECUTIONS,
} from '../../semconv/metrics.ts';
import { equals, noneOf, oneOf, type Queries } from '../promql/queries.ts';
import type { Recording, RuleGroup } from './types.ts';

/** Executions that ended with an error for the caller. */
export const UNANSWERED = oneOf(ATTR_OUTCOME, ['failure', 'rejected', 'timed_out']);
/** Executions that ended with a result for the caller. */
export const ANSWERED = oneOf(ATTR_OUTCOME, ['success', 'fallback']);
/** Executions that count for availability: without those that the caller aborted and errors that no policy handles. */
export const COUNTED = noneOf(ATTR_OUTCOME, ['cancelled', 'not_handled']);

const WINDOW_SECONDS = 300;

/** The recorded series that alerts and panels read. */
export const recordedSeries = {
  executions: (queries: Queries) => queries.recordedSelector(EXECUTIONS, 'increase5m'),
  unanswered: (queries: Queries) => queries.recordedSelector(EXECUTIONS, 'unanswered_increase5m'),
  downtime: (queries: Queries) => queries.recordedSelector(CIRCUIT_BREAKER_DOWNTIME, 'max5m'),
};

/** Windows of hours and days read these series, because raw series would cost too much. */
export function recordingGroup(queries: Queries): RuleGroup<Recording> {
  const { policy, replica } = queries.grouping;
  const window = queries.time(WINDOW_SECONDS);
  const counted = queries.selector(EXECUTIONS, [COUNTED]);
  const unanswered = queries.selector(EXECUTIONS, [UNANSWERED]);
  const isolated = queries.selector(CIRCUIT_BREAKER_STATE, [
    equals(ATTR_CIRCUIT_BREAKER_STATE, 'isolated'),
  ]);
  const downtime = queries.selector(CIRCUIT_BREAKER_DOWNTIME);
  return {
    name: 'resilience-recorded',
    intervalSeconds: 120,
    rules: [
      {
        record: queries.recordedName(EXECUTIONS, 'increase5m'),
        expr: `
sum by (${policy}) (
  increase(${counted}[${window}])
  # Calls that an isolated circuit rejects do not count against the budget.
  unless on (${replica}) max_over_time(${isolated}[${window}]) > 0
)`.trim(),
      },
      {
        record: queries.recordedName(EXECUTIONS, 'unanswered_increase5m'),
        expr: `
sum by (${policy}) (
  increase(${unanswered}[${window}])
  unless on (${replica}) max_over_time(${isolated}[${window}]) > 0
)`.trim(),
      },
      {
        record: queries.recordedName(CIRCUIT_BREAKER_DOWNTIME, 'max5m'),
        expr: `max by (${policy}) (max_over_time(${downtime}[${window}]))`,
      },
    ],
  };
}

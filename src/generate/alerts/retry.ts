import {
  ATTR_POLICY_NAME,
  ATTR_RETRY_ATTEMPT,
  ATTR_RETRY_RESULT,
  type RetryAttempt,
  type RetryResult,
} from '../../semconv/attributes.ts';
import { RETRY_ATTEMPTS, RETRY_CALLS } from '../../semconv/metrics.ts';
import { toPercent } from '../promql/percent.ts';
import { equals, oneOf, type Queries } from '../promql/queries.ts';
import type { Alert } from './types.ts';

export function alerts(queries: Queries): Alert[] {
  return [
    networkDegradation(queries),
    successLow(queries),
    amplification(queries),
    budgetExhausted(queries),
  ];
}

function networkDegradation(queries: Queries): Alert {
  const { count, ratio, windowSeconds } = queries.limits.secondRetries;
  const { policy } = queries.grouping;
  const second = queries.selector(RETRY_ATTEMPTS, [equals<RetryAttempt>(ATTR_RETRY_ATTEMPT, '2')]);
  const withoutRetry = queries.selector(RETRY_CALLS, [
    equals<RetryResult>(ATTR_RETRY_RESULT, 'success_without_retry'),
  ]);
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceNetworkDegradation',
    severity: 'warning',
    subject: 'policy',
    expr: `
sum by (${policy}) (increase(${second}[${window}])) > ${count}
# Except where almost every call succeeds without a retry.
unless on (${policy})
  sum by (${policy}) (increase(${second}[${window}]))
    < ${ratio} * sum by (${policy}) (increase(${withoutRetry}[${window}]))`.trim(),
    summary: `Calls of ${name} fail twice in a row.`,
    description:
      `{{ printf "%.0f" $value }} calls of ${name} (${queries.serviceTemplate}) needed a second retry ` +
      `in the last ${window}`,
    limit: `${count}, and ${toPercent(ratio)} of the calls`,
    advice: 'The network or the dependency is degraded.',
  };
}

function successLow(queries: Queries): Alert {
  const { ratio, windowSeconds, atLeast } = queries.limits.retrySuccess;
  const { policy } = queries.grouping;
  const recovered = queries.selector(RETRY_CALLS, [
    equals<RetryResult>(ATTR_RETRY_RESULT, 'success_after_retry'),
  ]);
  const retried = queries.selector(RETRY_CALLS, [
    oneOf<RetryResult>(ATTR_RETRY_RESULT, ['success_after_retry', 'exhausted']),
  ]);
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceRetrySuccessLow',
    severity: 'warning',
    subject: 'policy',
    expr: `
sum by (${policy}) (increase(${recovered}[${window}]))
  / (sum by (${policy}) (increase(${retried}[${window}])) >= ${atLeast})
  < ${ratio}`.trim(),
    summary: `Most retries of ${name} do not help.`,
    description:
      `{{ $value | humanizePercentage }} of the retried calls of ${name} (${queries.serviceTemplate}) ` +
      `succeeded in the last ${window}`,
    limit: toPercent(ratio),
    advice: 'The other retried calls failed after the last attempt.',
  };
}

/** Compares retries with all calls: compared with retried calls alone, every retry would exceed the limit. */
function amplification(queries: Queries): Alert {
  const { perCall, windowSeconds, atLeast } = queries.limits.retryAmplification;
  const { policy } = queries.grouping;
  // Later retries are rare, and would triple the series that the rule reads.
  const attempts = queries.selector(RETRY_ATTEMPTS, [
    oneOf<RetryAttempt>(ATTR_RETRY_ATTEMPT, ['1', '2', '3']),
  ]);
  const calls = queries.selector(RETRY_CALLS);
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceRetryAmplification',
    severity: 'warning',
    subject: 'policy',
    expr: `
sum by (${policy}) (increase(${attempts}[${window}]))
  / (sum by (${policy}) (increase(${calls}[${window}])) >= ${atLeast})
  > ${perCall}`.trim(),
    summary: `Retries add load to ${name}.`,
    description:
      `Retries added {{ $value | humanizePercentage }} to the calls of ${name} (${queries.serviceTemplate}) ` +
      `in the last ${window}`,
    limit: toPercent(perCall),
  };
}

function budgetExhausted(queries: Queries): Alert {
  const { ratio, windowSeconds, atLeast } = queries.limits.retryBudget;
  const { policy } = queries.grouping;
  const denied = queries.selector(RETRY_CALLS, [
    equals<RetryResult>(ATTR_RETRY_RESULT, 'budget_exhausted'),
  ]);
  const calls = queries.selector(RETRY_CALLS);
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceRetryBudgetExhausted',
    severity: 'warning',
    subject: 'policy',
    expr: `
sum by (${policy}) (increase(${denied}[${window}]))
  / (sum by (${policy}) (increase(${calls}[${window}])) >= ${atLeast})
  > ${ratio}`.trim(),
    summary: `The retry budget of ${name} is used up.`,
    description:
      `{{ $value | humanizePercentage }} of the calls of ${name} (${queries.serviceTemplate}) failed without a ` +
      `further retry in the last ${window}, because too many calls were retried`,
    limit: toPercent(ratio),
    advice: 'The budget protects the dependency from retries.',
  };
}

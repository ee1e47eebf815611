import {
  ATTR_POLICY_NAME,
  ATTR_RETRY_ATTEMPT,
  ATTR_RETRY_RESULT,
  type RetryAttempt,
  type RetryResult,
} from '../../semconv/attributes.ts';
import { RETRY_ATTEMPTS, RETRY_CALLS } from '../../semconv/metrics.ts';
import { percent } from '../percent.ts';
import { is, isOneOf, type Queries } from '../queries.ts';
import { counted } from './counted.ts';
import type { Alert } from './rule.ts';
import { share } from './share.ts';

export function alerts(queries: Queries): Alert[] {
  return [networkDegradation(queries), successLow(queries), amplification(queries)];
}

function networkDegradation(queries: Queries): Alert {
  const { count, windowSeconds } = queries.limits.secondRetries;
  const second = is<RetryAttempt>(ATTR_RETRY_ATTEMPT, '2');
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceNetworkDegradation',
    severity: 'warning',
    about: 'policy',
    expr: `
${counted(queries, RETRY_ATTEMPTS, windowSeconds, { by: queries.policy, matchers: [second] })}
> ${count}`.trim(),
    summary: `Calls of {{ ${policy} }} fail twice in a row.`,
    description:
      `{{ printf "%.0f" $value }} calls of {{ ${policy} }} (job {{ ${queries.labelValue(queries.job)} }}) ` +
      `failed twice in a row and were made a third time in the last ${queries.window(windowSeconds)} ` +
      `(limit ${count}): the network or the dependency is degraded.`,
  };
}

function successLow(queries: Queries): Alert {
  const limit = queries.limits.retrySuccess;
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceRetrySuccessLow',
    severity: 'warning',
    about: 'policy',
    expr: share(queries, {
      metric: RETRY_CALLS,
      part: [is<RetryResult>(ATTR_RETRY_RESULT, 'success_after_retry')],
      whole: [isOneOf<RetryResult>(ATTR_RETRY_RESULT, ['success_after_retry', 'exhausted'])],
      limit,
      bad: 'below',
      enough: 'whole',
    }),
    summary: `Retries of {{ ${policy} }} hardly help.`,
    description:
      `Only {{ $value | humanizePercentage }} of the retried calls of {{ ${policy} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) recovered in the last ` +
      `${queries.window(limit.windowSeconds)} (limit ${percent(limit.ratio)}); the others failed after ` +
      'their last attempt.',
  };
}

/** All retries, of all calls: not of those retried, or one failing call in a thousand would do. */
function amplification(queries: Queries): Alert {
  const { perCall, windowSeconds, atLeast } = queries.limits.retryAmplification;
  const by = queries.policy;
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceRetryAmplification',
    severity: 'warning',
    about: 'policy',
    expr: `
${queries.gained(RETRY_ATTEMPTS, windowSeconds, { by })}
  / (${queries.gained(RETRY_CALLS, windowSeconds, { by })} >= ${atLeast})
  > ${perCall}`.trim(),
    summary: `Retries add to the load of {{ ${policy} }}.`,
    description:
      `{{ $value | humanizePercentage }} more calls than were asked for went to {{ ${policy} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) as retries in the last ` +
      `${queries.window(windowSeconds)} (limit ${percent(perCall)}).`,
  };
}

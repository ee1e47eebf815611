/**
 * Descriptions of attributes and their values, for the docs and for the Weaver registry. Services do
 * not load this file.
 */
import * as attr from './attributes.ts';

export interface AttributeDescription {
  readonly brief: string;
  /** For an attribute with arbitrary values. */
  readonly examples?: readonly string[];
  /** For an attribute with a fixed list of values. */
  readonly values?: Readonly<Record<string, string>>;
}

/** Requires a text for each value of the list. */
function closed<T extends string>(
  brief: string,
  _: readonly T[],
  values: Readonly<Record<T, string>>,
): AttributeDescription {
  return { brief, values };
}

const CONNECTION_STATES: Readonly<Record<attr.ConnectionState, string>> = {
  connecting: 'The first attempt is in progress.',
  connected: 'The client can be used.',
  reconnecting: 'The client tries to connect.',
  stalled: 'The client does not try, or a limit passed: the supervisor acts.',
  closed: 'The supervision ended.',
};

/** By attribute. OpenTelemetry describes `error.type` and `db.client.connection.*`. */
export const ATTRIBUTES: Readonly<Record<string, AttributeDescription>> = {
  [attr.ATTR_POLICY_NAME]: {
    brief: 'The name of the policy: one for each dependency.',
    examples: ['servicenow', 'ldap'],
  },
  [attr.ATTR_POLICY_TYPE]: closed('The policy that acted on the error.', attr.POLICY_TYPES, {
    retry: 'A retry.',
    circuit_breaker: 'A circuit breaker.',
    fallback: 'A fallback.',
  }),
  [attr.ATTR_OUTCOME]: closed('The result for the caller.', attr.OUTCOMES, {
    success: 'The function answered.',
    fallback: 'A fallback answered.',
    failure: 'It threw, and no other outcome applies.',
    rejected:
      'It threw, and no attempt called the function: a circuit was open or a bulkhead full.',
    timed_out: 'It threw, and a timeout of the policy ended the last attempt.',
    cancelled: 'It threw, and the caller had aborted.',
    not_handled:
      'It threw an error that no filter of the policy handles, such as a 404. No failure of the dependency: outside availability and error budget.',
  }),
  [attr.ATTR_EXECUTION_RESULT]: closed(
    'Whether the caller got an answer.',
    attr.EXECUTION_RESULTS,
    {
      answered: 'The outcomes `success` and `fallback`.',
      unanswered: 'Every other outcome.',
    },
  ),
  [attr.ATTR_CIRCUIT_BREAKER_STATE]: closed(
    'The state of a circuit breaker; of a transition the new one.',
    attr.CIRCUIT_BREAKER_STATES,
    {
      closed: 'Calls pass.',
      open: 'Calls are rejected until the reset time is over.',
      half_open: 'A probe decides whether it closes.',
      isolated: 'Calls are rejected until it is released.',
    },
  ),
  [attr.ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE]: closed(
    'The state before a transition.',
    attr.CIRCUIT_BREAKER_STATES,
    {
      closed: 'Calls passed.',
      open: 'Calls were rejected.',
      half_open: 'A probe was in progress.',
      isolated: 'Calls were rejected until the release.',
    },
  ),
  [attr.ATTR_CIRCUIT_BREAKER_RESULT]: closed(
    'How the circuit breaker counted a call.',
    attr.CIRCUIT_BREAKER_RESULTS,
    {
      success: 'It counts as a success.',
      failure: 'It counts as a failure.',
      ignored: 'It failed, and the filter does not handle the error: it does not count.',
      rejected: 'The circuit was open or isolated, and the function was not called.',
      cancelled: 'The call was aborted while it waited for a probe.',
    },
  ),
  [attr.ATTR_CIRCUIT_BREAKER_ACTION]: closed(
    'The operation on a circuit breaker.',
    attr.CIRCUIT_BREAKER_ACTIONS,
    {
      reset: 'Closed it.',
      isolate: 'Isolated it.',
      release: 'Ended the isolation.',
    },
  ),
  [attr.ATTR_RETRY_RESULT]: closed('How a call through a retry ended.', attr.RETRY_RESULTS, {
    success_without_retry: 'The first attempt succeeded.',
    success_after_retry: 'A later attempt succeeded.',
    exhausted: 'The last attempt that is allowed failed.',
    not_retryable: 'It failed with an error that is not retried.',
    aborted: 'The caller aborted before the next attempt.',
    budget_exhausted: 'An attempt failed, and the retry budget allowed no further one.',
  }),
  [attr.ATTR_RETRY_ATTEMPT]: {
    brief: 'Which retry it was: `1` is the first retry, that is the second call.',
    values: Object.fromEntries(
      attr.RETRY_ATTEMPTS.map((attempt) => [
        attempt,
        attempt === attr.ERROR_TYPE_OTHER
          ? 'The tenth retry, or a later one.'
          : `Retry ${attempt}, that is call ${Number(attempt) + 1}.`,
      ]),
    ),
  },
  [attr.ATTR_TIMEOUT_RESULT]: closed('How a call under a timeout ended.', attr.TIMEOUT_RESULTS, {
    completed: 'It settled in time, well or not.',
    timed_out: 'The timeout aborted it.',
    cancelled: 'The caller aborted it.',
  }),
  [attr.ATTR_BULKHEAD_RESULT]: closed('Whether a bulkhead let a call run.', attr.BULKHEAD_RESULTS, {
    accepted: 'It ran, at once or from the queue.',
    rejected: 'All slots and the queue were full.',
    cancelled: 'The caller aborted it in the queue.',
  }),
  [attr.ATTR_FALLBACK_RESULT]: closed('What a fallback did.', attr.FALLBACK_RESULTS, {
    not_used:
      'Nothing: the call succeeded, or failed with an error that the fallback does not handle.',
    used: 'Its value was returned.',
    failed: 'It had no value, or threw.',
  }),
  [attr.ATTR_FALLBACK_TYPE]: closed('The source of the value of a fallback.', attr.FALLBACK_TYPES, {
    value: 'A constant.',
    function: 'A function.',
    cached: 'The last successful value, returned silently.',
    stale: 'The last successful value, with its age.',
  }),
  [attr.ATTR_DEGRADATION_NAME]: {
    brief: 'The name of the `gather` call.',
    examples: ['employee-profile'],
  },
  [attr.ATTR_DEGRADATION_STATUS]: closed(
    'How complete the result of `gather` was.',
    attr.DEGRADATION_STATUSES,
    {
      complete: 'Every part.',
      partial: 'Not every part, but the required ones.',
      failed: 'Fewer parts than required.',
    },
  ),
  [attr.ATTR_DEGRADATION_PART]: {
    brief: 'The part of the result; `_OTHER` beyond 50 parts of one name.',
    examples: ['workday', 'ldap'],
  },
  [attr.ATTR_DEPENDENCY_NAME]: {
    brief: 'The name of the dependency that is checked.',
    examples: ['workday', 'ldap'],
  },
  [attr.ATTR_DEPENDENCY_RESULT]: closed('How a check ended.', attr.DEPENDENCY_RESULTS, {
    available: 'The dependency answered in time.',
    slow: 'It answered late.',
    unavailable: 'The check failed, or the dependency did not answer in time.',
  }),
  [attr.ATTR_DEPENDENCY_RECOVERY_RESULT]: closed(
    'How an attempt to recover the dependency ended.',
    attr.RECOVERY_RESULTS,
    { success: 'Without an error.', failure: 'With an error.' },
  ),
  [attr.ATTR_CONNECTION_NAME]: {
    brief: 'The name of the supervised connection; the same as that of its policy.',
    examples: ['cache', 'orders-db'],
  },
  [attr.ATTR_CONNECTION_STATE]: closed(
    'The state of a connection; of a transition the new one.',
    attr.CONNECTION_STATES,
    CONNECTION_STATES,
  ),
  [attr.ATTR_CONNECTION_PREVIOUS_STATE]: closed(
    'The state before a transition.',
    attr.CONNECTION_STATES,
    CONNECTION_STATES,
  ),
  [attr.ATTR_CONNECTION_ATTEMPT_RESULT]: closed(
    'How an attempt to connect ended.',
    attr.RECOVERY_RESULTS,
    { success: 'Connected.', failure: 'Not connected.' },
  ),
  [attr.ATTR_CONNECTION_LOSS_REASON]: closed(
    'Why the connection was lost.',
    attr.CONNECTION_LOSS_REASONS,
    {
      closed: 'The socket closed.',
      error: 'The client reported an error.',
      probe: 'A probe failed or timed out: the server hangs.',
      ended: 'The client stopped reconnecting.',
      overdue: 'The client did not connect in the time that it announced.',
      read_only: 'The server answers, but accepts no writes.',
    },
  ),
};

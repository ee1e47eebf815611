import {
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  fallback,
  handleAll,
  handleWhen,
  type IDefaultPolicyContext,
  type IPolicy,
  IterableBackoff,
  noJitterGenerator,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { instrument } from 'cockatiel-otel';
import { POLICIES } from '../../src/presets/thresholds.ts';
import { isTransient, type ServiceResult } from './request.ts';
import { scaled } from './scale.ts';
import type { ServiceName, ServiceSpec } from './services.ts';

const { breaker, retry: retries, bulkhead: bulkheads } = POLICIES;

interface DocumentedStack {
  readonly breaker: {
    readonly failures: number;
    readonly openSeconds: number;
    readonly grows?: boolean;
  };
  readonly retry?: { readonly calls: number; readonly waitsSeconds: readonly number[] };
  readonly bulkhead?: { readonly limit: number };
  /** Whether the last successful response may be used as fallback; not for a login. */
  readonly cached: boolean;
}

/** The documented numbers of each service. */
export const DOCUMENTED_STACKS: Readonly<Record<ServiceName, DocumentedStack>> = {
  servicenow: { breaker: breaker.default, retry: retries.enterprise, cached: true },
  workday: { breaker: breaker.default, retry: retries.http, cached: true },
  database: { breaker: breaker.database, bulkhead: bulkheads.db, cached: false },
  llm: {
    breaker: breaker.default,
    retry: retries.apiClient,
    bulkhead: bulkheads.llm,
    cached: true,
  },
  auth: { breaker: breaker.authentication, bulkhead: bulkheads.openfga, cached: false },
};

export type Stack = ReturnType<typeof createStack>;

/**
 * Creates the instrumented policies of a service, outermost first: fallback, retry, circuit breaker,
 * bulkhead, timeout; those that its documented numbers have.
 *
 * @param cached returns the last successful response
 */
export function createStack({ name, timeoutSeconds }: ServiceSpec, cached: () => ServiceResult) {
  const numbers = DOCUMENTED_STACKS[name];
  const transient = handleWhen(isTransient);
  const policies = {
    fallback: numbers.cached ? fallback(handleAll, cached) : undefined,
    retry: numbers.retry
      ? retry(transient, {
          // cockatiel does not count the first call.
          maxAttempts: numbers.retry.calls - 1,
          backoff: new IterableBackoff(numbers.retry.waitsSeconds.map(scaled)),
        })
      : undefined,
    breaker: circuitBreaker(transient, {
      breaker: new ConsecutiveBreaker(numbers.breaker.failures),
      halfOpenAfter: numbers.breaker.grows
        ? new ExponentialBackoff({
            generator: noJitterGenerator,
            initialDelay: scaled(numbers.breaker.openSeconds),
            maxDelay: scaled(retries.reconnect.maxWaitSeconds),
          })
        : scaled(numbers.breaker.openSeconds),
    }),
    bulkhead: numbers.bulkhead ? bulkhead(numbers.bulkhead.limit) : undefined,
    timeout: timeout(scaled(timeoutSeconds), TimeoutStrategy.Aggressive),
  };
  const members = Object.values(policies).filter((member) => member !== undefined);
  const policy = instrument(
    name,
    wrap(...(members as IPolicy<IDefaultPolicyContext, ServiceResult>[])),
  );
  return { ...policies, policy };
}

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
import { type Answer, isTransient } from './request.ts';
import { scaled } from './scale.ts';
import type { ServiceName, ServiceSpec } from './services.ts';

const { breaker, retry: retries, bulkhead: bulkheads } = POLICIES;

interface Documented {
  readonly breaker: {
    readonly failures: number;
    readonly openSeconds: number;
    readonly grows?: boolean;
  };
  readonly retry?: { readonly calls: number; readonly waitsSeconds: readonly number[] };
  readonly bulkhead?: { readonly limit: number };
  /** Whether the last good answer may stand in. For a login it may not. */
  readonly cached: boolean;
}

/** Which documented numbers protect which service. */
export const DOCUMENTED: Readonly<Record<ServiceName, Documented>> = {
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

export type Stack = ReturnType<typeof stackFor>;

/**
 * The policies of a service, instrumented under its name: from the outside in a fallback, a retry,
 * a circuit breaker, a bulkhead and a timeout, as far as the documents give it one.
 *
 * @param cached the last good answer
 */
export function stackFor({ name, timeoutSeconds }: ServiceSpec, cached: () => Answer) {
  const numbers = DOCUMENTED[name];
  const transient = handleWhen(isTransient);
  const policies = {
    fallback: numbers.cached ? fallback(handleAll, cached) : undefined,
    retry: numbers.retry
      ? retry(transient, {
          // An attempt of the documents is a call; cockatiel counts those after the first.
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
  const layers = Object.values(policies).filter((layer) => layer !== undefined);
  const policy = instrument(name, wrap(...(layers as IPolicy<IDefaultPolicyContext, Answer>[])));
  return { ...policies, policy };
}

import {
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  fallback,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';

export const noOp = async () => 1;

export const newBreaker = () =>
  circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) });

export const newStack = () =>
  wrap(
    fallback(handleAll, 0),
    retry(handleAll, { maxAttempts: 3 }),
    newBreaker(),
    bulkhead(10, 10),
    timeout(30_000, TimeoutStrategy.Aggressive),
  );

import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { instrument } from 'cockatiel-otel';

// The breaker is outside the retry: while it is open, a call fails at once and is not retried.
const policy = instrument(
  'servicenow',
  wrap(
    circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) }),
    retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
    timeout(30_000, TimeoutStrategy.Aggressive),
  ),
);

// The same object, type and behavior as without `instrument`:
export const get = (url: string) =>
  policy.execute(async ({ signal }) => {
    const response = await fetch(url, { signal });
    // `fetch` resolves for a 503: throw what counts as a failure.
    if (response.status >= 500) throw new Error(`HTTP ${response.status} from ${url}`);
    return response;
  });

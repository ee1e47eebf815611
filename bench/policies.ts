import { metrics } from '@opentelemetry/api';
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

interface Listenable {
  onSuccess(listener: (event: { duration: number }) => void): unknown;
  onFailure(listener: (event: { duration: number }) => void): unknown;
}

/** What services do today: a counter and a histogram in cockatiel's listeners. */
export function addPlainListeners<P extends Listenable>(policy: P): P {
  const meter = metrics.getMeter('add-on');
  const calls = meter.createCounter('addon.calls');
  const durations = meter.createHistogram('addon.duration');
  const listen = (outcome: string) => (event: { duration: number }) => {
    calls.add(1, { policy: 'servicenow', outcome });
    durations.record(event.duration / 1000, { policy: 'servicenow', outcome });
  };
  policy.onSuccess(listen('success'));
  policy.onFailure(listen('failure'));
  return policy;
}

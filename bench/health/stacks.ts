import { bulkhead, handleAll, retry, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { newBreaker } from '../policies.ts';

/** So many at once, that a machine under load turns no call away. */
const newBulkhead = () => bulkhead(10_000, 10_000);

const newRetry = () => retry(handleAll, { maxAttempts: 2 });

const withoutTimeout = () => wrap(newRetry(), newBreaker(), newBulkhead());

const withTimeout = () =>
  wrap(newRetry(), newBreaker(), newBulkhead(), timeout(30_000, TimeoutStrategy.Aggressive));

/**
 * One of ten has a timeout as well. A cockatiel timeout makes controllers and signals, which takes
 * about 30 µs a call when many are under way: 20,000 a second of them fill most of a core by
 * themselves, and nothing could be told of what comes on top.
 */
export const newStacks = (count: number) =>
  Array.from({ length: count }, (_, i) => (i % 10 === 0 ? withTimeout() : withoutTimeout()));

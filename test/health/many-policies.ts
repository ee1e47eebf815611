/** A service with 1,000 policies that measures the longest turn of its event loop; run by `turns.test.ts`. */
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
import { listen } from '../../src/health/index.ts';
import { instrument } from '../../src/index.ts';

const POLICIES = 1000;

for (let i = 0; i < POLICIES; i++) {
  const stack = wrap(
    fallback(handleAll, 1),
    retry(handleAll, { maxAttempts: 2 }),
    circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) }),
    timeout(1000, TimeoutStrategy.Cooperative),
    bulkhead(10, 10),
  );
  await instrument(`policy ${i}`, stack).execute(() => i);
}
const { url } = await listen({ token: process.env['TOKEN'] }, { port: 0 });

/**
 * The smaller of two clocks: of the time that has passed another process may have had a part, and of
 * the CPU time the threads that compile and collect garbage.
 */
const clocks = () => {
  const { user, system } = process.cpuUsage();
  return [performance.now(), (user + system) / 1000] as const;
};
let longest = 0;
let [passed, busy] = clocks();
setImmediate(function turn() {
  const [now, cpu] = clocks();
  longest = Math.max(longest, Math.min(now - passed, cpu - busy));
  [passed, busy] = [now, cpu];
  setImmediate(turn);
});
process.on('message', () => {
  process.send?.(longest);
  longest = 0;
});
process.on('disconnect', () => process.exit());
process.send?.(url);

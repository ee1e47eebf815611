/** A delay that depends on the error: longer for a rate limit than for a broken connection. */
import { createPolicy } from 'cockatiel-otel/policies';

const policy = createPolicy('graph-api', 'http', {
  retry: {
    calls: 4,
    // Milliseconds. `undefined` leaves the delay to the strategy of the preset.
    delay: (error) => {
      const { status, code } = error as { status?: number; code?: string };
      if (status === 429) return 200;
      return code === 'ECONNRESET' ? 20 : undefined;
    },
  },
});

policy.retry?.onRetry(({ delay }) => console.log(`retry in ${delay} ms`));

const failures = [{ code: 'ECONNRESET' }, { status: 429 }, { code: 'ECONNRESET' }];
const groups = await policy.execute(() => {
  const failure = failures.shift();
  if (failure) throw Object.assign(new Error('failed'), failure);
  return 'the groups';
});
console.log(`got ${groups}`);

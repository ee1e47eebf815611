/** A wait that depends on the error: a rate limit is given longer than a connection that broke. */
import { createPolicy } from 'cockatiel-otel/policies';

const policy = createPolicy('graph-api', 'http', {
  retry: {
    calls: 4,
    // In seconds; for all else `undefined` leaves it to the preset's strategy.
    delay: (error) => {
      const { status, code } = error as { status?: number; code?: string };
      if (status === 429) return 0.2;
      return code === 'ECONNRESET' ? 0.02 : undefined;
    },
  },
});

policy.retry?.onRetry(({ delay }) => console.log(`next call in ${delay} ms`));

const failures = [{ code: 'ECONNRESET' }, { status: 429 }, { code: 'ECONNRESET' }];
const answer = await policy.execute(() => {
  const failure = failures.shift();
  if (failure) throw Object.assign(new Error('not now'), failure);
  return 'the groups';
});
console.log(`got ${answer}`);

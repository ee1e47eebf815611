import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { activeExecutions } from '../../src/metrics/active-executions.ts';
import { statuses } from './server.ts';
import { client, serve } from './support.ts';

describe('a call that an operator aborts', () => {
  let stop: () => void;
  beforeEach(() => {
    stop = activeExecutions.watch();
  });
  afterEach(() => stop());

  it('rejects with an ExecutionAbortedError, and is sent once', async () => {
    const server = await serve(() => {});
    const answer = client()(server.url, { headers: { 'X-Correlation-ID': 'a-1' } });
    await expect.poll(() => server.seen.length).toBe(1);
    const [execution] = activeExecutions.list();
    expect(execution).toMatchObject({ name: 'service', correlationId: 'a-1' });
    execution?.abort?.();
    await expect(answer).rejects.toMatchObject({
      name: 'AbortError',
      isExecutionAbortedError: true,
      policyName: 'service',
    });
    expect(server.seen).toHaveLength(1);
  });

  it('rejects at once in the backoff, and does not count for the circuit', async () => {
    const server = await serve(statuses(503));
    const fetch = client({ overrides: { retry: { initialDelay: 60_000, maxDelay: 60_000 } } });
    const answer = fetch(server.url);
    await expect.poll(() => server.seen.length).toBe(1);
    activeExecutions.list()[0]?.abort?.();
    await expect(answer).rejects.toMatchObject({ isExecutionAbortedError: true });
    expect(fetch.policy.circuitBreaker?.toJSON()).toMatchObject({ breakerState: 0 });
  });
});

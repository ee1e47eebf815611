import { spawnSync } from 'node:child_process';
import { handleAll, retry } from 'cockatiel';
import promClient from 'prom-client';
import { expect, it } from 'vitest';
import { instrument } from '../../src/index.ts';
import { createMetrics } from '../../src/prometheus/index.ts';
import { requireProgram } from '../support/programs.ts';

it('the pages of prom-client and of this package are one page, in either order', async () => {
  const promtool = requireProgram('promtool');
  const { collect, contentType, shutdown } = await createMetrics();
  const empty = await collect();
  await instrument('workday', retry(handleAll, { maxAttempts: 1 })).execute(() => 1);
  const register = new promClient.Registry();
  promClient.collectDefaultMetrics({ register });
  new promClient.Counter({ name: 'orders_total', help: 'Orders.', registers: [register] }).inc(3);
  expect(register.contentType).toBe(contentType);

  const [theirs, ours] = [await register.metrics(), await collect()];
  await shutdown();
  for (const page of [theirs + ours, ours + theirs, empty + theirs, theirs + empty]) {
    const { stderr } = spawnSync(promtool, ['check', 'metrics'], { input: page, encoding: 'utf8' });
    expect(stderr).not.toMatch(/error/);
    expect(page).toMatch(/^orders_total 3$/m);
  }
  expect(theirs + ours).toMatch(/^resilience_executions_total\{.*"success".*\} 1$/m);
});

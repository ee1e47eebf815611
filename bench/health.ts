import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { instrument } from 'cockatiel-otel';
import { healthRoutes, listen } from 'cockatiel-otel/health';
import { startMetrics } from 'cockatiel-otel/prometheus';
import { median, medianOf } from './paired.ts';
import { newStack, noOp } from './policies.ts';
import { microseconds, type Result } from './result.ts';

const POLICIES = 1000;
const ROUNDS = 21;
const ROUTES = ['/health', '/circuit-breakers', '/policies', '/executions', '/live'];

export async function run(): Promise<Result[]> {
  return [await eventLoopDelay(), await executionTracking()];
}

/** How long one request blocks the event loop of a service with many policies. */
async function eventLoopDelay(): Promise<Result> {
  const metrics = await startMetrics({ port: 0 });
  const { url, close } = await listen({}, { port: 0 });
  const stacks = Array.from({ length: POLICIES }, (_, i) => instrument(`stack ${i}`, newStack()));
  for (const stack of stacks) await stack.execute(noOp);
  const without = await longestDelay(async () => {});
  const delays = new Map<string, number>();
  for (const route of ROUTES) {
    delays.set(route, await longestDelay(async () => (await fetch(`${url}${route}`)).text()));
  }
  await close();
  await metrics.shutdown();
  const details = [...delays].map(([route, ms]) => `${route} ${ms.toFixed(1)} ms`);
  return {
    measure: `longest delay of the event loop by one request, ${POLICIES} policies`,
    value: Math.max(...delays.values()),
    limit: 10,
    unit: 'ms',
    detail: `median of ${ROUNDS} requests: ${details.join(', ')}; without a request ${without.toFixed(1)} ms`,
  };
}

/** The median of the longest delay of the event loop during each run, in milliseconds. */
async function longestDelay(run: () => Promise<unknown>): Promise<number> {
  const longest: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const histogram = monitorEventLoopDelay({ resolution: 1 });
    histogram.enable();
    await sleep(20);
    await run();
    await sleep(20);
    histogram.disable();
    // The histogram includes the interval of its own timer.
    longest.push(Math.max(0, histogram.max / 1e6 - 1));
  }
  return median(longest);
}

const TRACKING_ROUNDS = 201;
const TRACKING_CALLS = 1000;

/** What it costs a call that `GET /executions` can list it. */
async function executionTracking(): Promise<Result> {
  const stack = instrument('tracked', newStack());
  const rounds = { untracked: [] as number[], tracked: [] as number[] };
  const warmUp = 20;
  for (let round = -warmUp; round < TRACKING_ROUNDS; round++) {
    const order = round % 2 === 0 ? [false, true] : [true, false];
    for (const executions of order) {
      const routes = healthRoutes({ executions });
      const start = process.hrtime.bigint();
      for (let call = 0; call < TRACKING_CALLS; call++) await stack.execute(noOp);
      const time = Number(process.hrtime.bigint() - start) / TRACKING_CALLS;
      routes.close();
      if (round >= 0) rounds[executions ? 'tracked' : 'untracked'].push(time);
    }
  }
  const untracked = microseconds(medianOf(rounds, (time) => time('untracked')));
  const added = microseconds(medianOf(rounds, (time) => time('tracked') - time('untracked')));
  return {
    measure: 'stack of five, executions tracked for `GET /executions` / not tracked',
    value: medianOf(rounds, (time) => time('tracked') / time('untracked')),
    limit: 1.05,
    detail: `${untracked} untracked, tracking adds ${added}`,
  };
}

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { instrument } from 'cockatiel-otel';
import { listen } from 'cockatiel-otel/health';
import { startMetrics } from 'cockatiel-otel/prometheus';
import { call, type Policy, type Work } from './health/calls.ts';
import { countedBy } from './health/counted.ts';
import type { RequestReport } from './health/requests.ts';
import { newStacks } from './health/stacks.ts';
import { tracking } from './health/tracking.ts';
import { cpuClock, median, medianOf } from './paired.ts';
import type { Result } from './result.ts';

const POLICIES = 200;
const CALLS_PER_SECOND = 20_000;
const REQUESTS_PER_SECOND = 1000;

/**
 * Most calls of a service wait for somebody else. Those that don't are the harder test: nothing but
 * the event loop is in what they take.
 */
const KINDS: Readonly<Record<string, Work>> = {
  'calls that wait 1 to 5 ms': (index) => sleep(1 + (index % 5), index),
  'calls answered at once': async (index) => index,
};

interface Plan {
  readonly seconds: number;
  /** Of rounds, one with requests and one without. */
  readonly pairs: number;
}

interface Sums {
  calls: number;
  /** Calls without their answer, or that the metrics don't have. */
  lost: number;
  requests: number;
  /** Requests without an answer, or with another than 200. */
  failed: number;
}

/**
 * Health requests from another process while calls go on: what they do to the calls. The plan is
 * for a first look.
 */
export async function run(plan: Plan = { seconds: 10, pairs: 5 }): Promise<Result[]> {
  const tracked = await tracking();
  const metrics = await startMetrics({ port: 0 });
  const { url, close } = await listen({}, { port: 0 });
  const client = fork(
    fileURLToPath(new URL('health/requests.ts', import.meta.url)),
    ['request', url],
    { execArgv: ['--import', 'tsx'] },
  );
  await once(client, 'message');
  const stacks = newStacks(POLICIES).map((stack, i) => instrument(`stack ${i}`, stack));
  const before = await countedBy(metrics.url);
  const sums = { calls: 0, lost: 0, requests: 0, failed: 0 };
  const results: Result[] = [];
  const cpu: number[] = [];
  for (const [kind, work] of Object.entries(KINDS)) {
    results.push(await compare(kind, { stacks, work, client, plan, sums, cpu }));
  }
  sums.lost += Math.abs(sums.calls - sums.lost - ((await countedBy(metrics.url)) - before));
  client.kill();
  await close();
  await metrics.shutdown();
  return [
    ...results,
    {
      measure: 'calls or requests lost, and answers that are wrong, in all of that',
      value: sums.lost + sums.failed,
      limit: 0,
      unit: 'lost',
      detail: `${sums.calls} calls, as many as the metrics count, and ${sums.requests} requests`,
    },
    {
      measure: 'CPU of the service for one of these requests',
      value: median(cpu),
      limit: 100,
      unit: 'µs',
      detail: `${POLICIES} policies; 1 of 1000 requests lists them all, 3 all circuit breakers`,
    },
    tracked,
  ];
}

interface Load {
  readonly stacks: readonly Policy[];
  readonly work: Work;
  readonly client: ChildProcess;
  readonly plan: Plan;
  readonly sums: Sums;
  /** Microseconds of each request, round by round. */
  readonly cpu: number[];
}

async function compare(
  kind: string,
  { stacks, work, client, plan, sums, cpu }: Load,
): Promise<Result> {
  const rounds: Record<string, number[]> = {};
  const note = (name: string, value: number) => {
    rounds[name] ??= [];
    rounds[name].push(value);
  };
  async function round(side: 'with' | 'without', seconds: number): Promise<number> {
    const count = CALLS_PER_SECOND * seconds;
    const start = cpuClock();
    const asked = side === 'with' ? ask(client, REQUESTS_PER_SECOND * seconds) : undefined;
    const calls = await call(stacks, { perSecond: CALLS_PER_SECOND, count }, work);
    const requests = await asked;
    const used = cpuClock() - start;
    sums.calls += count;
    sums.lost += count - calls.answered;
    note(`p50 ${side}`, calls.p50);
    note(`p99 ${side}`, calls.p99);
    if (requests) {
      const sent = REQUESTS_PER_SECOND * seconds;
      sums.requests += sent;
      sums.failed += sent - requests.answered;
      note('request p99', requests.p99);
      for (const error of Object.entries(requests.errors)) console.error(...error);
    }
    return used;
  }
  await round('with', Math.min(2, plan.seconds));
  for (const name of Object.keys(rounds)) delete rounds[name];
  for (let pair = 0; pair < plan.pairs; pair++) {
    const sides = ['without', 'with'] as const;
    const used: Record<string, number> = {};
    // The side that goes first changes.
    for (const side of pair % 2 === 0 ? sides : sides.toReversed()) {
      used[side] = await round(side, plan.seconds);
    }
    const difference = (used['with'] ?? Number.NaN) - (used['without'] ?? Number.NaN);
    cpu.push(difference / 1000 / (REQUESTS_PER_SECOND * plan.seconds));
  }
  const ratio = (of: string) =>
    medianOf(rounds, (time) => time(`${of} with`) / time(`${of} without`));
  const ms = (name: string) => `${(median(rounds[name] ?? []) / 1e6).toFixed(2)} ms`;
  return {
    measure: `p99 of ${kind}, with ${REQUESTS_PER_SECOND} health requests a second / without`,
    value: ratio('p99'),
    limit: 1.1,
    detail: `${CALLS_PER_SECOND} calls a second: p99 ${ms('p99 without')}, p50 ${ms('p50 without')} without, whose ratio is ${ratio('p50').toFixed(3)}; p99 of the requests ${ms('request p99')}`,
  };
}

async function ask(client: ChildProcess, count: number): Promise<RequestReport> {
  client.send({ perSecond: REQUESTS_PER_SECOND, count });
  const [report] = await once(client, 'message');
  return report;
}

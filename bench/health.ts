import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { instrument } from 'cockatiel-otel';
import { listen } from 'cockatiel-otel/health';
import { startMetrics } from 'cockatiel-otel/prometheus';
import type { Work } from './health/calls.ts';
import { countedBy } from './health/counted.ts';
import { type Plan, REQUESTS_PER_SECOND, Rounds } from './health/rounds.ts';
import { newStacks } from './health/stacks.ts';
import { tracking } from './health/tracking.ts';
import { median } from './paired.ts';
import type { Result } from './result.ts';

const POLICIES = 200;

/**
 * Most calls of a service wait for somebody else. Those that don't are the harder test: nothing but
 * the event loop is in what they take.
 */
const KINDS: Readonly<Record<string, Work>> = {
  'calls that wait 1 to 5 ms': (index) => sleep(1 + (index % 5), index),
  'calls answered at once': async (index) => index,
};

/**
 * Health requests from another process while calls go on: what they do to the calls. Another plan
 * is for a first look.
 */
export async function run(plan: Plan = { seconds: 10, pairs: 5 }): Promise<Result[]> {
  const tracked = await tracking();
  const metrics = await startMetrics({ port: 0 });
  const { url, close } = await listen({}, { port: 0 });
  const plain = createServer((_request, response) => response.end(`"${'.'.repeat(90)}"`));
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const urls = {
    plain: `http://127.0.0.1:${(plain.address() as AddressInfo).port}`,
    health: url,
  };
  const client = fork(fileURLToPath(new URL('health/requests.ts', import.meta.url)), ['request'], {
    execArgv: ['--import', 'tsx'],
  });
  await once(client, 'message');
  const stacks = newStacks(POLICIES).map((stack, i) => instrument(`stack ${i}`, stack));

  const before = await countedBy(metrics.url);
  const all: Rounds[] = [];
  const results: Result[] = [];
  for (const [kind, work] of Object.entries(KINDS)) {
    const rounds = new Rounds(client, urls, stacks, work);
    all.push(rounds);
    await rounds.run(plan);
    results.push({
      measure: `p99 of ${kind}, with ${REQUESTS_PER_SECOND} health requests a second / without`,
      value: rounds.ratio('p99', 'health'),
      limit: 1.1,
      detail: [
        `p99 ${rounds.milliseconds('p99', 'without')}, p50 ${rounds.milliseconds('p50', 'without')} without`,
        `p50 ratio ${rounds.ratio('p50', 'health').toFixed(3)}`,
        `p99 ratio of as many requests to a plain server instead ${rounds.ratio('p99', 'plain').toFixed(3)}`,
        `where five of a thousand ask for lists ${rounds.ratio('p99', 'lists').toFixed(3)}`,
        `p99 of the requests ${rounds.milliseconds('answer', 'health')}`,
      ].join(', '),
    });
  }
  const sum = (of: 'calls' | 'lost' | 'requests' | 'failed') =>
    all.reduce((sum, rounds) => sum + rounds[of], 0);
  const counted = (await countedBy(metrics.url)) - before;
  const cpu = (side: 'health' | 'plain') => median(all.map((rounds) => rounds.cpuOfRequest(side)));
  client.kill();
  plain.close();
  await close();
  await metrics.shutdown();
  return [
    ...results,
    {
      measure: 'calls and requests lost in all of that, or not counted as they were',
      value: sum('lost') + sum('failed') + Math.abs(sum('calls') - sum('lost') - counted),
      limit: 0,
      unit: 'lost',
      detail: `${sum('calls')} calls made, ${counted} successes counted, ${sum('requests')} requests of which ${sum('failed')} failed`,
    },
    {
      measure: 'CPU of the service for one of these requests',
      value: cpu('health'),
      limit: 100,
      unit: 'µs',
      detail: `${POLICIES} policies; ${cpu('plain').toFixed(1)} µs for one to a plain server`,
    },
    tracked,
  ];
}

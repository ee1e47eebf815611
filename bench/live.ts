import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { instrument } from 'cockatiel-otel';
import { listen } from 'cockatiel-otel/health';
import { startMetrics } from 'cockatiel-otel/prometheus';
import { LINGER_STEPS, STEP_MS } from '../src/console/protocol/timing.ts';
import { cpuClock, median } from './paired.ts';
import { newStack, noOp } from './policies.ts';
import type { Result } from './result.ts';

const POLICIES = 200;
const VIEWERS = 10;
/** Per policy, so that every row changes each second. */
const CALLS_PER_SECOND = 5;
const ROUNDS = 5;
const ROUND_MS = 20_000;
/** Time until all viewers have their first message. */
const ENTER_MS = 2000;
/** Time until sampling stops without viewers. */
const LEAVE_MS = (LINGER_STEPS + 2) * STEP_MS;
/** Time for V8 to compile code that runs once per second. */
const WARM_UP_MS = 40_000;

/** The CPU time of the live page while calls run. The viewers are another process. */
export async function run(): Promise<Result[]> {
  const { shutdown } = await startMetrics({ port: 0 });
  const { url, close } = await listen({}, { port: 0 });
  const viewers = fork(fileURLToPath(import.meta.url), ['view', url], {
    execArgv: ['--import', 'tsx'],
  });
  const stacks = Array.from({ length: POLICIES }, (_, i) => instrument(`stack ${i}`, newStack()));
  const calling = setInterval(() => {
    for (const stack of stacks) stack.execute(noOp);
  }, 1000 / CALLS_PER_SECOND);
  const set = async (count: number) => {
    viewers.send(count);
    await once(viewers, 'message');
    await sleep(count > 0 ? ENTER_MS : LEAVE_MS);
  };
  const busy = async () => {
    const [start, since] = [cpuClock(), performance.now()];
    await sleep(ROUND_MS);
    return (100 * (cpuClock() - start)) / 1e6 / (performance.now() - since);
  };
  await set(VIEWERS);
  await sleep(WARM_UP_MS);
  const differences: number[] = [];
  const without: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? [0, VIEWERS] : [VIEWERS, 0];
    const times: Record<number, number> = {};
    for (const count of order) {
      await set(count);
      times[count] = await busy();
    }
    without.push(times[0] as number);
    differences.push((times[VIEWERS] as number) - (times[0] as number));
  }
  clearInterval(calling);
  viewers.kill();
  await close();
  await shutdown();
  return [
    {
      measure: `CPU of the live page, ${POLICIES} policies and ${VIEWERS} viewers`,
      value: median(differences),
      limit: 2,
      unit: '%',
      detail: `of one CPU, while ${POLICIES * CALLS_PER_SECOND} calls a second go on that take ${median(without).toFixed(1)} % themselves`,
    },
  ];
}

/** Opens as many streams as each message says. */
function view(url: string): void {
  let abort = new AbortController();
  process.on('message', async (count: number) => {
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    const responses = await Promise.all(
      Array.from({ length: count }, () => fetch(`${url}/events`, { signal })),
    );
    for (const { body } of responses) {
      body?.pipeTo(new WritableStream(), { signal }).catch(() => {});
    }
    process.send?.('done');
  });
}

if (process.argv[2] === 'view') view(process.argv[3] ?? '');

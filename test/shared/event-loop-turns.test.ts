import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { TOKEN } from '../health/support.ts';

const LIMIT_MS = 10;
/** What is compiled or collected in between is no turn of ours, and is absent in one of several processes. */
const PROCESSES = 5;

const ASKED: readonly (readonly [path: string, method?: string])[] = [
  ['/health'],
  ['/circuit-breakers'],
  ['/circuit-breakers/policy%205'],
  ['/circuit-breakers/none'],
  ['/policies'],
  ['/executions'],
  ['/live'],
  ['/circuit-breakers/policy%205/isolate', 'POST'],
  ['/circuit-breakers/policy%205/release', 'POST'],
  ['/circuit-breakers/policy%205/reset', 'POST'],
  ['/events'],
];

/** Reads an answer to its end, and of one that has none what a viewer gets in two seconds. */
async function ask(url: string, method: string): Promise<void> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const signal = AbortSignal.timeout(2500);
  const response = await fetch(url, { method, headers, signal });
  await response.text().catch((error) => expect(error.name).toBe('TimeoutError'));
}

async function longestTurns(): Promise<Record<string, number>> {
  const service = fork(fileURLToPath(new URL('../health/many-policies.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, TOKEN },
  });
  try {
    const [url] = await once(service, 'message');
    const longest: Record<string, number> = {};
    const measured = async () => {
      service.send('longest');
      return Number((await once(service, 'message'))[0]);
    };
    // The first request of a process loads code of Node's own.
    await ask(`${url}/nothing`, 'GET');
    for (const [path, method = 'GET'] of ASKED) {
      await sleep(100);
      await measured();
      await ask(`${url}${path}`, method);
      longest[`${method} ${path}`] = await measured();
    }
    return longest;
  } finally {
    service.kill();
  }
}

it('with 1,000 policies no route blocks the event loop for more than 10 ms', async () => {
  const least: Record<string, number> = {};
  let blocking: string[] = [];
  for (let round = 0; round < PROCESSES; round++) {
    for (const [route, ms] of Object.entries(await longestTurns())) {
      least[route] = Math.min(least[route] ?? Number.POSITIVE_INFINITY, ms);
    }
    blocking = Object.keys(least).filter((route) => (least[route] ?? 0) > LIMIT_MS);
    if (blocking.length === 0) break;
  }
  expect(Object.keys(least)).toHaveLength(ASKED.length);
  expect(blocking.map((route) => [route, least[route]])).toEqual([]);
}, 180_000);

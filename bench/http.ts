import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { instrument } from 'cockatiel-otel';
import { startMetrics } from 'cockatiel-otel/prometheus';
import { cpuClock, measure, medianOf } from './paired.ts';
import { newStack, noOp } from './policies.ts';
import { microseconds, type Result } from './result.ts';

const WARM_UP = 30_000;

/** A real call over loopback; the server is another process, so that the CPU time is the client's. */
export async function run(): Promise<Result[]> {
  const server = fork(fileURLToPath(import.meta.url), ['serve'], { execArgv: ['--import', 'tsx'] });
  const [port] = await once(server, 'message');
  const { shutdown } = await startMetrics({ port: 0 });
  const get = async ({ signal }: { signal: AbortSignal }) =>
    (await fetch(`http://127.0.0.1:${port}/`, { signal })).text();
  const bare = newStack();
  const ours = instrument('http', newStack());
  // As for other benches, but with a function that is faster.
  for (let i = 0; i < WARM_UP; i++) {
    await bare.execute(noOp);
    await ours.execute(noOp);
  }
  const rounds = await measure(
    { bare: () => bare.execute(get), ours: () => ours.execute(get) },
    { rounds: 301, calls: 40, clock: cpuClock },
  );
  server.kill();
  await shutdown();
  return [
    {
      measure: 'one HTTP call through that stack, CPU time, instrumented / bare',
      value: medianOf(rounds, (time) => time('ours') / time('bare')),
      limit: 1.02,
      detail: `${microseconds(medianOf(rounds, (time) => time('bare')))} bare, we add ${microseconds(
        medianOf(rounds, (time) => time('ours') - time('bare')),
      )}`,
    },
  ];
}

if (process.argv[2] === 'serve') {
  const server = createServer((_request, response) => response.end('ok'));
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
}

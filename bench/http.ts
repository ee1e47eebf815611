import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { instrument } from 'cockatiel-otel';
import { startMetrics } from 'cockatiel-otel/prometheus';
import CircuitBreaker from 'opossum';
import PrometheusMetrics from 'opossum-prometheus';
import { bestOf, cpuClock, measure, medianOf } from './paired.ts';
import { addPlainListeners, newStack, noOp } from './policies.ts';
import { microseconds, type Result } from './result.ts';

const WARM_UP = 30_000;

/**
 * A real call over loopback, with warm caches; the server is another process, so that the CPU time is
 * the client's. Beside it: a second bare stack as a control, the plain add-on, and opossum's breaker.
 */
export async function run(): Promise<Result[]> {
  const server = fork(fileURLToPath(import.meta.url), ['serve'], { execArgv: ['--import', 'tsx'] });
  const [port] = await once(server, 'message');
  const { shutdown } = await startMetrics({ port: 0 });
  const get = async ({ signal }: { signal?: AbortSignal } = {}) =>
    (await fetch(`http://127.0.0.1:${port}/`, { signal: signal ?? null })).text();
  const bare = newStack();
  const control = newStack();
  const addOn = withAddOn();
  const ours = instrument('http', newStack());
  // As for other benches, but with a function that is faster.
  for (let i = 0; i < WARM_UP; i++) {
    for (const stack of [bare, control, addOn, ours]) await stack.execute(noOp);
  }
  const circuit = new CircuitBreaker(() => get(), { timeout: 30_000 });
  new PrometheusMetrics({ circuits: [circuit] });
  const rounds = await measure(
    {
      bare: () => bare.execute(get),
      control: () => control.execute(get),
      addOn: () => addOn.execute(get),
      opossum: () => circuit.fire(),
      ours: () => ours.execute(get),
    },
    { rounds: 401, calls: 40, clock: cpuClock },
  );
  server.kill();
  circuit.shutdown();
  await shutdown();
  const ratio = (side: string) => medianOf(rounds, (time) => time(side) / time('bare'));
  const both = (side: string) =>
    `${ratio(side).toFixed(3)} (best of rounds ${bestOf(rounds, side, 'bare').toFixed(3)})`;
  const bareTime = microseconds(medianOf(rounds, (time) => time('bare')));
  return [
    {
      measure: 'one HTTP call through that stack, CPU time, instrumented / bare',
      value: ratio('ours'),
      limit: 1.02,
      detail: `best of rounds ${bestOf(rounds, 'ours', 'bare').toFixed(3)}; ${bareTime} bare; plain add-on ${both('addOn')}, one opossum breaker ${both('opossum')}`,
    },
    {
      measure: 'the same for two bare stacks, deviation from 1',
      value: Math.abs(ratio('control') - 1),
      limit: 0.005,
      detail: `control ${both('control')}`,
    },
  ];
}

/** Each member with a counter and a histogram; a bulkhead has no event for its success. */
function withAddOn() {
  const stack = newStack();
  for (const member of stack.wrapped) addPlainListeners(member);
  return stack;
}

if (process.argv[2] === 'serve') {
  const server = createServer((_request, response) => response.end('ok'));
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
}

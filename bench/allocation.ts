import { instrument } from 'cockatiel-otel';
import { median } from './paired.ts';
import { newBreaker, newStack, noOp } from './policies.ts';
import type { Result } from './result.ts';

const ROUNDS = 9;
const CALLS = 1000;
const WARM_UP = 30_000;

interface Policy {
  execute(fn: () => Promise<number>): Promise<number>;
}

/**
 * Bytes that a call allocates. No collection may run within a round, so the young generation must be
 * larger than what a round allocates; `bench/main.ts` sets it.
 */
export async function run(): Promise<Result[]> {
  return [
    await compare('bytes allocated by a call through a stack of five', newStack, 200),
    await compare('bytes allocated by a call through one breaker', newBreaker, 300),
  ];
}

async function compare(measure: string, make: () => Policy, limit: number): Promise<Result> {
  const bare = await bytesOf(make());
  const ours = await bytesOf(instrument(measure, make()));
  return {
    measure: `${measure}, instrumented - bare`,
    value: ours - bare,
    limit,
    unit: 'bytes',
    detail: `${bare.toFixed(0)} bare, ${ours.toFixed(0)} instrumented, without an SDK`,
  };
}

async function bytesOf(policy: Policy): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  for (let call = 0; call < WARM_UP; call++) await policy.execute(noOp);
  const bytes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    for (let call = 0; call < CALLS; call++) await policy.execute(noOp);
    bytes.push((process.memoryUsage().heapUsed - before) / CALLS);
  }
  return median(bytes);
}

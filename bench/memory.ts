import { setTimeout as sleep } from 'node:timers/promises';
import { instrument } from 'cockatiel-otel';
import { newBreaker, newStack, noOp } from './policies.ts';
import type { Result } from './result.ts';

const STACKS = 2000;
const DROPPED = 100_000;

/** Heap: what a stack costs while it is there, and what is left of policies that are gone. */
export async function run(): Promise<Result[]> {
  const bare = await bytesOfEach(() => newStack());
  const ours = await bytesOfEach((i) => instrument(`stack ${i}`, newStack()));
  return [
    {
      measure: 'memory that instrumenting one stack of five adds',
      value: (ours - bare) / 1024,
      limit: 12,
      unit: 'KB',
      detail: `${(bare / 1024).toFixed(1)} KB bare, ${(ours / 1024).toFixed(1)} KB instrumented`,
    },
    {
      measure: '100,000 policies made and dropped under 10 names, heap growth',
      value: (await growth()) / 1024 / 1024,
      limit: 5,
      unit: 'MB',
      detail: 'each executed once, then collected',
    },
  ];
}

async function bytesOfEach(make: (index: number) => unknown): Promise<number> {
  // The first one pays for code and shared shapes.
  make(STACKS);
  const before = await heap();
  const kept = Array.from({ length: STACKS }, (_, index) => make(index));
  const bytes = ((await heap()) - before) / kept.length;
  return bytes;
}

async function growth(): Promise<number> {
  await makeAndDrop(1000);
  const before = await heap();
  await makeAndDrop(DROPPED);
  return (await heap()) - before;
}

async function makeAndDrop(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await instrument(`dropped ${i % 10}`, newBreaker()).execute(noOp);
}

/** Bytes in use once garbage is collected and finalizers have run. */
async function heap(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await sleep(20);
  }
  return process.memoryUsage().heapUsed;
}

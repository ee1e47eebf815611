import { createHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { pace, type Rate } from './pace.ts';

/** Gives what it is given. */
export type Work = (index: number) => Promise<number>;

export interface Policy {
  execute(fn: () => Promise<number>): Promise<unknown>;
}

/** What became of the calls of one round; times in ns. */
export interface CallReport {
  /** With what the function gave. */
  readonly answered: number;
  readonly p50: number;
  readonly p99: number;
}

/** Time that the last ones have to end. */
const PATIENCE_MS = 10_000;

/** Calls through all policies in turn. Each takes from when it was due until it was answered. */
export async function call(
  policies: readonly Policy[],
  rate: Rate,
  work: Work,
): Promise<CallReport> {
  const times = createHistogram();
  let ended = 0;
  let answered = 0;
  await pace(rate, (due, index) => {
    const end = (value?: unknown) => {
      ended++;
      if (value !== index) return;
      answered++;
      times.record(Math.max(1, Math.round((performance.now() - due) * 1e6)));
    };
    const policy = policies[index % policies.length] as Policy;
    policy.execute(() => work(index)).then(end, () => end());
  });
  const end = performance.now() + PATIENCE_MS;
  while (ended < rate.count && performance.now() < end) await sleep(10);
  return { answered, p50: times.percentile(50), p99: times.percentile(99) };
}

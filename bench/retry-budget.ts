/**
 * What retries add to the load of a dependency that fails, and how many calls they still save: without
 * a limit, with `RetryBudget`, and with the rule of gRPC (retryThrottling: maxTokens 10, tokenRatio 0.1,
 * https://github.com/grpc/proposal/blob/master/A6-client-retries.md#throttling-retry-attempts-and-hedged-rpcs).
 *
 * A simulation: 100 calls a second for 60 s, up to three retries each, attempts fail at random.
 */
import { handleAll, type Policy } from 'cockatiel';
import { RetryBudget } from '../src/policies/members/retry-budget.ts';
import type { Result } from './result.ts';

const CALLS_PER_SECOND = 100;
const SECONDS = 60;
const RETRIES = 3;

/** Returns whether a failed attempt may be followed by another one. */
type Rule = (failed: boolean) => boolean;

const RULES: Readonly<Record<string, () => Rule>> = {
  'no limit': () => (failed) => failed,
  budget: () => {
    const { options }: Policy = new RetryBudget().wrap(handleAll);
    return (failed) => (failed ? options.errorFilter(new Error()) : options.resultFilter(0));
  },
  gRPC: () => {
    let tokens = 10;
    return (failed) => {
      tokens = Math.min(10, Math.max(0, failed ? tokens - 1 : tokens + 0.1));
      return failed && tokens > 5;
    };
  },
};

function simulate(mayRetry: Rule, failing: number, random: () => number) {
  let attempts = 0;
  let answered = 0;
  const calls = CALLS_PER_SECOND * SECONDS;
  for (let call = 0; call < calls; call++) {
    now = (call / CALLS_PER_SECOND) * 1000;
    for (let attempt = 0; attempt <= RETRIES; attempt++) {
      attempts++;
      const failed = random() < failing;
      if (!failed) answered++;
      if (!mayRetry(failed)) break;
    }
  }
  return { load: attempts / calls, answered: answered / calls };
}

let now = 0;

export function run(): Result[] {
  const { now: realNow } = performance;
  performance.now = () => now;
  try {
    return [0.1, 0.5, 1].flatMap((failing) => resultsAt(failing));
  } finally {
    performance.now = realNow;
  }
}

function resultsAt(failing: number): Result[] {
  const rows = Object.entries(RULES).map(([rule, create]) => ({
    rule,
    ...simulate(create(), failing, randomOf(1)),
  }));
  const text = rows.map(
    ({ rule, load, answered }) =>
      `${rule}: x${load.toFixed(2)}, ${(answered * 100).toFixed(1)} % answered`,
  );
  const budget = rows.find(({ rule }) => rule === 'budget');
  const share = `${failing * 100} % of the attempts fail`;
  const results = [
    {
      measure: `load with a retry budget, ${share}`,
      value: budget?.load ?? Number.NaN,
      limit: 1.3,
      detail: text.join('; '),
    },
  ];
  if (failing > 0.1) return results;
  const unanswered = 1 - (budget?.answered ?? 0);
  return [
    ...results,
    { measure: `calls without an answer, ${share}`, value: unanswered, limit: 0.001, detail: '' },
  ];
}

/** A generator of numbers from 0 to 1 that is the same in each run (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

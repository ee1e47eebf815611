import { AsyncLocalStorage } from 'node:async_hooks';
import type { Copy } from './play.ts';
import type { Policy } from './policies.ts';
import type { Scenario } from './scenario.ts';
import type { Probe } from './world.ts';

/**
 * Who awaits an instrumented policy in code of his own is answered one microtask later, and so is a
 * call that was running when its stack was instrumented. Where one microtask decides a race, such a
 * scenario takes another course; these probes show, on bare policies, whether one does.
 */
export const LATE: readonly Probe[] = [
  late(() => true),
  late((call) => call % 2 === 0),
  late((call) => call % 2 === 1),
  late((call) => call > 1),
  // Stacks only, as their policies are not answered later.
  (policy, spec) => (typeof spec === 'string' ? late(() => true)(policy, spec) : policy),
];

/** Answers one microtask later. */
function late(isLate: (call: number) => boolean): Probe {
  return (policy) => {
    let calls = 0;
    return {
      execute: (fn, signal) => (isLate(calls++) ? answerLate : answer)(policy, fn, signal),
    };
  };
}

/** Of the call that runs: whether its stack was instrumented when it began. */
const beganInstrumented = new AsyncLocalStorage<boolean>();

/** The same for the very calls that were running when the stacks of a scenario were instrumented. */
export function lateMidway({ instrumentedAt, uninstrumentedAt }: Scenario): Copy {
  let isInstrumented = false;
  return {
    before(_, turn) {
      if (turn === instrumentedAt) isInstrumented = true;
      if (turn === uninstrumentedAt) isInstrumented = false;
    },
    probe: (policy) => ({
      execute(fn, signal) {
        const began = beganInstrumented.getStore();
        if (began === undefined) {
          return beganInstrumented.run(isInstrumented, () => policy.execute(fn, signal));
        }
        return (isInstrumented && !began ? answerLate : answer)(policy, fn, signal);
      },
    }),
  };
}

function answer(policy: Policy, ...call: Parameters<Policy['execute']>): unknown {
  return policy.execute(...call);
}

function answerLate(policy: Policy, ...call: Parameters<Policy['execute']>): unknown {
  const received = policy.execute(...call);
  return received instanceof Promise ? received.then((value) => value) : received;
}

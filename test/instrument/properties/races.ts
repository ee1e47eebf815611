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
  (policy, spec) => (spec === 'wrap' ? late(() => true)(policy, spec) : policy),
];

/** Answers one microtask later. */
function late(isLate: (call: number) => boolean): Probe {
  return (policy) => {
    let calls = 0;
    return {
      execute(fn, signal) {
        const answer = policy.execute(fn, signal);
        return isLate(calls++) && answer instanceof Promise
          ? answer.then((value) => value)
          : answer;
      },
    };
  };
}

import type { Policy } from './policies.ts';
import type { DecoratorSpec } from './scenario.ts';

type Execute = Policy['execute'];

/** What users put around an `execute`; `other` calls a policy that has nothing to do with it. */
const DECORATORS: Record<
  DecoratorSpec['kind'],
  (original: Execute, other: () => unknown) => Execute
> = {
  'hands on': (original) => (fn, signal) => original(fn, signal),
  'calls another': (original, other) => (fn, signal) => {
    void other();
    return original(fn, signal);
  },
  waits: (original) => async (fn, signal) => {
    await undefined;
    return original(fn, signal);
  },
  'awaits another': (original, other) => async (fn, signal) => {
    await other();
    return original(fn, signal);
  },
};

export function decorate(policy: Policy, kind: DecoratorSpec['kind'], other: Policy): void {
  const fails = () => {
    throw new Error('of the other');
  };
  policy.execute = DECORATORS[kind](policy.execute.bind(policy), () => other.execute(fails));
}

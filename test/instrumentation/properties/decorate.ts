import type { Policy } from './policies.ts';
import type { DecoratorSpec } from './scenario.ts';

type Execute = Policy['execute'];

/** What users put around an `execute`; `other` calls a policy that has nothing to do with it. */
const DECORATORS: Record<
  DecoratorSpec['kind'],
  (original: Execute, second: () => unknown) => Execute
> = {
  'hands on': (original) => (fn, signal) => original(fn, signal),
  'calls another': (original, second) => (fn, signal) => {
    void second();
    return original(fn, signal);
  },
  waits: (original) => async (fn, signal) => {
    await undefined;
    return original(fn, signal);
  },
  'awaits another': (original, second) => async (fn, signal) => {
    await second();
    return original(fn, signal);
  },
};

export function decorate(policy: Policy, kind: DecoratorSpec['kind'], second: Policy): void {
  const fails = () => {
    throw new Error('of the other');
  };
  policy.execute = DECORATORS[kind](policy.execute.bind(policy), () => second.execute(fails));
}

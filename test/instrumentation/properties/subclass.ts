import type { Policy } from './policies.ts';

type Class = new (...args: unknown[]) => Policy;

/** A policy as `sample`, of a subclass of its class. */
export function asSubclass(sample: Policy, extend: (Base: Class) => Class): Policy {
  const Base = sample.constructor as Class;
  return Reflect.construct(extend(Base), argumentsOf(sample)) as Policy;
}

/** As users write them: with a private member, and an `execute` that hands on. */
export function countingCalls(Base: Class): Class {
  return class Counting extends Base {
    #calls = 0;
    override execute(...args: Parameters<Policy['execute']>): unknown {
      this.#calls++;
      return super.execute(...args);
    }
    get calls(): number {
      return this.#calls;
    }
  };
}

/** The arguments of cockatiel's constructors, which are not public, from an instance. */
function argumentsOf(sample: object): unknown[] {
  const { options, executor, duration, capacity, queueCapacity, value, unref } = sample as Record<
    string,
    unknown
  >;
  if (duration !== undefined) return [duration, options, executor, unref];
  if (capacity !== undefined) return [capacity, queueCapacity];
  if (value !== undefined) return [executor, value];
  return [options, executor];
}

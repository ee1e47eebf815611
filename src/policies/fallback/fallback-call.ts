import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * A call that somebody has handed over to the policy that he executes: what cockatiel tells no
 * fallback, and what a fallback has to tell him.
 */
export interface HandedOver {
  /** The function that was called, and `this` in it; none, where it is made for each call anew. */
  readonly target?: object | undefined;
  readonly self?: unknown;
  /**
   * Makes a text of what decides the value besides the arguments that `key` uses; `undefined` where it
   * cannot. Values of one variant never answer another.
   */
  readonly variant?: (() => string | undefined) | undefined;
  /** When the last attempt began: what it answers is no newer. */
  began?: Moment | undefined;
  /** The answer is that of a fallback. */
  fellBack: boolean;
}

/** By both clocks: one may be set, the other stand still while the machine sleeps. */
export interface Moment {
  readonly steady: number;
  readonly wall: number;
}

export function now(): Moment {
  return { steady: performance.now(), wall: Date.now() };
}

/** Seconds since then, by the clock that says more: nothing is ever called younger than it is. */
export function secondsSince(then: Moment): number {
  return Math.max(performance.now() - then.steady, Date.now() - then.wall, 0) / 1000;
}

const handedOver = new AsyncLocalStorage<HandedOver | undefined>();

/** Runs the `execute` of a policy, whose fallback may ask for the call. */
export function handOver<T>(call: HandedOver, execute: () => T): T {
  return handedOver.run(call, execute);
}

/** An attempt: other policies that the function uses have nothing to do with the call. */
export function attempt<T>(call: HandedOver, fn: () => T): T {
  call.began = now();
  call.fellBack = false;
  return handedOver.run(undefined, fn);
}

export function currentCall(): HandedOver | undefined {
  return handedOver.getStore();
}

/** The answer of the call comes from a fallback. */
export function fellBack(): void {
  const call = handedOver.getStore();
  if (call) call.fellBack = true;
}

const inside = new AsyncLocalStorage<object>();

/** Runs what goes through a policy already, and must not go through it twice. */
export function runInside<T>(policy: object | undefined, fn: () => T): T {
  return policy ? inside.run(policy, fn) : fn();
}

export function isInside(policy: object): boolean {
  return inside.getStore() === policy;
}

import { type Call, context, type OuterCall } from './call.ts';
import {
  InvocationExecutor,
  type InvocationObserver,
  type InvocationTap,
} from './cockatiel-internals.ts';
import type { Execute, Fn, Stack } from './policy-types.ts';

/** The `execute` functions of instrumented policies that call cockatiel's own `execute`. */
export const shortExecutes = new WeakSet<Execute>();

/** The outer call of a policy, if the policy may use a short call. */
export function shortOuterOf(policy: object): OuterCall | undefined {
  const { parent } = context;
  return parent?.allowsShort && parent.contains(policy) ? parent : undefined;
}

/** The instrumentation of a policy, as its short calls see it. */
export interface ShortCallOwner {
  callStarted(): void;
  callSettled(): void;
  /** Whether the last result that the filter did not handle is a failure; see `RetryBudget`. */
  readonly hasDenied: boolean;
  /** Counts a call whose function succeeded at the first attempt. An amount of -1 takes it back. */
  succeeded(amount: 1 | -1): void;
  /** Creates the `Call` that replaces a short call. */
  continueCall(outer: Call, short: ShortCall): Call & InvocationObserver;
}

/**
 * The call of a member of a stack whose function runs for the first time and has not failed.
 *
 * cockatiel passes the result to the executor of the invocation, and a short call is that executor. A
 * success is counted at once. After any other result a `Call` replaces this call and its outer calls.
 *
 * The class has the name of cockatiel's class because stack traces show it.
 */
class ExecuteWrapper extends InvocationExecutor implements OuterCall {
  readonly owner: ShortCallOwner;
  readonly outer: OuterCall;
  readonly signal: AbortSignal | undefined;
  readonly fn: Fn;
  promise: unknown = undefined;
  inner: Call | undefined = undefined;
  entered: OuterCall | undefined = undefined;
  isSettled = false;
  #call: (Call & InvocationObserver) | undefined = undefined;

  constructor(
    tap: InvocationTap,
    owner: ShortCallOwner,
    outer: OuterCall,
    signal: AbortSignal | undefined,
    fn: Fn,
  ) {
    super(tap.executor);
    this.owner = owner;
    this.outer = outer;
    this.signal = signal;
    this.fn = fn;
  }

  get stack(): Stack | undefined {
    return this.outer.stack;
  }

  get allowsShort(): boolean {
    return true;
  }

  get isFresh(): boolean {
    return true;
  }

  contains(): boolean {
    return true;
  }

  get reportsInner(): boolean {
    return true;
  }

  enter(inner: OuterCall): void {
    this.entered = inner;
  }

  adopt(inner: Call): void {
    this.inner = inner;
    this.#call?.adopt(inner);
  }

  settles(): boolean {
    return true;
  }

  /** The policy's `execute` returned. A function that threw at once has failed already. */
  hasReturned(promise: unknown): void {
    this.promise = promise;
    if (this.#call !== undefined) this.#call.promise = promise;
  }

  /** Replaces this call. */
  toCall(): Call & InvocationObserver {
    if (this.#call !== undefined) return this.#call;
    const outer = this.outer.toCall();
    const { entered } = outer;
    // The call continues this one. It is not a second call of the policy.
    outer.entered = undefined;
    const call = this.owner.continueCall(outer, this);
    if (entered !== this) outer.entered = entered;
    call.called = true;
    call.inner = this.inner;
    call.entered = this.entered;
    call.promise = this.promise;
    this.#call = call;
    if (outer.settles(this)) outer.adopt(call);
    else call.observeFromSide();
    return call;
  }

  protected override settled(ok: boolean, value: unknown, handled: boolean | undefined): void {
    if (this.isSettled) this.#takeBackSuccess();
    if (ok && !handled && !this.owner.hasDenied) {
      this.inner?.settle(true, value);
      // The inner call may need this one as a `Call`.
      if (this.#call === undefined) {
        this.isSettled = true;
        this.owner.succeeded(1);
        this.owner.callSettled();
        return;
      }
    }
    this.toCall().functionSettled(ok, value, handled);
  }

  /** A listener of `onSuccess` threw. cockatiel treats its error as the function's. */
  #takeBackSuccess(): void {
    this.isSettled = false;
    this.owner.succeeded(-1);
    this.owner.callStarted();
    this.toCall().functionSettled(true, undefined, false);
  }
}

export { ExecuteWrapper as ShortCall };

type ShortCall = ExecuteWrapper;

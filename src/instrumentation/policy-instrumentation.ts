import type { BreakerControl } from '../metrics/breaker-control.ts';
import type { PolicyMetrics } from '../metrics/policy-metrics.ts';
import type { PolicyType } from '../semconv/attributes.ts';
import { type Call, context, functionOf, type OuterCall, parentOf } from './call.ts';
import { callsAtOnce, type InvocationObserver, InvocationTap } from './cockatiel-internals.ts';
import { type ErrorTypeHook, errorType } from './error-type.ts';
import type { Executions } from './executions.ts';
import { runAndObserve } from './observe-result.ts';
import type { Execute, FailureReason, Fn } from './policy-types.ts';
import { ShortCall, type ShortCallOwner, shortExecutes, shortOuterOf } from './short-call.ts';

/** The settings of one instrumented policy. */
export interface InstrumentationSettings {
  readonly metrics: PolicyMetrics;
  readonly errorType: ErrorTypeHook | undefined;
  readonly durations: boolean;
  /** Logs advice for the user. */
  readonly warn: (message: string) => void;
  /** Set if the policy itself was passed to `instrument`; absent for a member of a stack. */
  readonly executions?: Executions;
}

/** The instrumentation of one policy. */
export interface PolicyInstrumentation {
  /** Replaces the policy's `execute`. */
  readonly execute: Execute;
  /** Stops observing the policy. Active calls are still counted. */
  detach?(): void;
  /** Reads the states that are exported as gauges, such as the state of a circuit breaker. */
  readState?(): void;
  /** Present for a circuit breaker. */
  readonly control?: BreakerControl;
}

/** The instrumentation of a policy whose executor reports how the function settled. */
export abstract class ExecutorInstrumentation implements PolicyInstrumentation, ShortCallOwner {
  abstract readonly execute: Execute;
  #tap: InvocationTap | undefined;
  #calls = 0;
  #isDetached = false;

  constructor(policy: object) {
    this.#tap = InvocationTap.of(policy);
  }

  get isDetached(): boolean {
    return this.#isDetached;
  }

  detach(): void {
    this.#isDetached = true;
    if (this.#calls === 0) this.release();
  }

  callStarted(): void {
    this.#calls++;
  }

  callSettled(): void {
    if (--this.#calls === 0 && this.#isDetached) this.release();
  }

  /** The policy is detached and has no active call: stops observing its executor. */
  protected release(): void {
    this.#tap?.dispose();
    this.#tap = undefined;
  }

  /** @param createCall receives the outer call and the caller's signal */
  protected executeOf(
    policy: object,
    original: Execute,
    { executions }: InstrumentationSettings,
    createCall: (parent: OuterCall | undefined, signal: AbortSignal | undefined) => Call,
  ): Execute {
    const instrumentation = this;
    const execute: Execute = function execute(this: unknown, fn, signal, ...rest) {
      const outer = shortOuterOf(policy);
      if (outer && instrumentation.isShort) {
        return instrumentation.runShort(outer, original, this, fn, signal);
      }
      const call = createCall(parentOf(policy, signal), signal);
      instrumentation.callStarted();
      executions?.begin(call);
      return runAndObserve(call, original, this, functionOf(call, fn), signal, rest);
    };
    if (!executions) this.allowShort(execute, original);
    return execute;
  }

  /** Allows stacks with this policy to use short calls if `original` is cockatiel's own `execute`. */
  protected allowShort(execute: Execute, original: Execute): void {
    if (this.#tap !== undefined && callsAtOnce(original)) shortExecutes.add(execute);
  }

  /** Whether a call that begins now may be short. */
  protected get isShort(): boolean {
    return false;
  }

  /** Runs a call of a stack's member that is likely to succeed. */
  protected runShort(
    outer: OuterCall,
    original: Execute,
    policy: unknown,
    fn: Fn,
    signal: AbortSignal | undefined,
  ): unknown {
    const tap = this.#tap;
    if (tap === undefined) return original.call(policy, fn, signal);
    const call = new ShortCall(tap, this, outer, signal, fn);
    outer.enter(call);
    this.callStarted();
    tap.next = call;
    context.parent = call;
    try {
      const promise = original.call(policy, fn, signal);
      call.hasReturned(promise);
      return promise;
    } finally {
      context.parent = outer;
    }
  }

  get hasDenied(): boolean {
    return false;
  }

  /** Counts a call whose function succeeded at the first attempt. An amount of -1 takes it back. */
  succeeded(_amount: 1 | -1): void {}

  /** Creates the `Call` that replaces a short call. */
  abstract continueCall(outer: Call, short: ShortCall): Call & InvocationObserver;

  /** Calls `fn` in the further invocations of a short call that became `call`. */
  protected continueWith(call: Call, fn: Fn): void {
    this.#tap?.replace(fn, functionOf(call, fn));
  }

  /** The wrapped function calls this first; see `InvocationTap.observe`. */
  observe(call: InvocationObserver): boolean {
    return this.#tap?.observe(call) ?? false;
  }
}

/** Counts an error that a policy handled, by its type. */
export function countError(
  settings: InstrumentationSettings,
  policy: PolicyType,
  reason: FailureReason,
): void {
  settings.metrics.errors.count(policy, typeOf(settings, reason));
}

/** The type of an error. An error of the user's hook is counted and ignored. */
export function typeOf(
  { metrics: scope, errorType: hook }: InstrumentationSettings,
  reason: FailureReason,
): string {
  try {
    return errorType(reason, hook);
  } catch (fault) {
    scope.fault(fault);
    return typeWithoutHook(reason);
  }
}

/** The default type. `_OTHER` if a getter of the error throws. */
function typeWithoutHook(reason: FailureReason): string {
  try {
    return errorType(reason, undefined);
  } catch {
    return errorType({ error: undefined }, undefined);
  }
}

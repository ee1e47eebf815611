import type { BreakerControl } from '../metrics/breaker-control.ts';
import type { PolicyMetrics } from '../metrics/policy-metrics.ts';
import type { PolicyType } from '../semconv/attributes.ts';
import { type Call, functionOf, parentOf } from './call.ts';
import { type InvocationObserver, InvocationTap } from './cockatiel-internals.ts';
import { type ErrorTypeHook, errorType } from './error-type.ts';
import type { Executions } from './executions.ts';
import { runAndObserve } from './observe-result.ts';
import type { Execute, FailureReason } from './policy-types.ts';

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
export abstract class ExecutorInstrumentation implements PolicyInstrumentation {
  abstract readonly execute: Execute;
  readonly #tap: InvocationTap | undefined;
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
  }

  /** @param createCall receives the outer call and the caller's signal */
  protected executeOf(
    policy: object,
    original: Execute,
    { executions }: InstrumentationSettings,
    createCall: (parent: Call | undefined, signal: AbortSignal | undefined) => Call,
  ): Execute {
    const instrumentation = this;
    return function execute(this: unknown, fn, signal, ...rest) {
      const call = createCall(parentOf(policy, signal), signal);
      instrumentation.callStarted();
      executions?.begin(call);
      return runAndObserve(call, original, this, functionOf(call, fn), signal, rest);
    };
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

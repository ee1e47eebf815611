import type { BreakerControl } from '../metrics/breaker-control.ts';
import type { PolicyMetrics } from '../metrics/policy-metrics.ts';
import type { PolicyType } from '../semconv/attributes.ts';
import { type Call, functionOf, parentOf } from './call.ts';
import { type InvocationObserver, InvocationTap } from './cockatiel-internals.ts';
import { type ErrorTypeHook, errorType } from './error-type.ts';
import type { Executions } from './executions.ts';
import { runAndObserve } from './observe-result.ts';
import type { Execute, FailureReason } from './policy-types.ts';

/** What one policy is instrumented with. */
export interface InstrumentationSettings {
  readonly scope: PolicyMetrics;
  readonly errorType: ErrorTypeHook | undefined;
  readonly durations: boolean;
  /** Logs advice for the user. */
  readonly warn: (message: string) => void;
  /** Where the policy was given to `instrument` itself, and is not only part of a stack. */
  readonly executions?: Executions;
}

/** The instrumentation of one policy. */
export interface PolicyInstrumentation {
  /** Stands in for the policy's `execute`. */
  readonly execute: Execute;
  /** Takes off what observes the insides of the policy. Calls in flight are still counted. */
  detach?(): void;
  /** Reads what is a state and not an event. */
  readState?(): void;
  /** Of a circuit breaker. */
  readonly control?: BreakerControl;
}

/** A layer that learns from the policy's executor how its function settled. */
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

  began(): void {
    this.#calls++;
  }

  ended(): void {
    if (--this.#calls === 0 && this.#isDetached) this.release();
  }

  /** Detached, and no call is in flight: takes off what observes the policy. */
  protected release(): void {
    this.#tap?.dispose();
  }

  /** @param begin makes a call, by the call outside and the signal */
  protected executeOf(
    policy: object,
    original: Execute,
    { executions }: InstrumentationSettings,
    begin: (parent: Call | undefined, signal: AbortSignal | undefined) => Call,
  ): Execute {
    const layer = this;
    return function execute(this: unknown, fn, signal, ...rest) {
      const call = begin(parentOf(policy, signal), signal);
      layer.began();
      executions?.begin(call);
      return runAndObserve(call, original, this, functionOf(call, fn), signal, rest);
    };
  }

  /** Called first by the function of a call; see `InvocationTap.observe`. */
  observe(call: InvocationObserver): boolean {
    return this.#tap?.observe(call) ?? false;
  }
}

/** Counts an error that a policy acted on, and names its type. */
export function countError(
  settings: InstrumentationSettings,
  policy: PolicyType,
  reason: FailureReason,
): void {
  settings.scope.errors.count(policy, typeOf(settings, reason));
}

/** Names the type of an error. A fault of the user's hook stays here. */
export function typeOf(
  { scope, errorType: hook }: InstrumentationSettings,
  reason: FailureReason,
): string {
  try {
    return errorType(reason, hook);
  } catch (fault) {
    scope.fault(fault);
    return withoutHook(reason);
  }
}

/** What is left when naming an error failed: perhaps it was the hook, perhaps a throwing getter. */
function withoutHook(reason: FailureReason): string {
  try {
    return errorType(reason, undefined);
  } catch {
    return errorType({ error: undefined }, undefined);
  }
}

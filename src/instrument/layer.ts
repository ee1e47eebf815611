import type { BreakerControl } from '../aggregate/breaker-control.ts';
import type { Scope } from '../aggregate/scope.ts';
import type { PolicyType } from '../semconv/attributes.ts';
import type { Reason } from './announced.ts';
import { type ErrorTypeHook, errorType } from './error-type.ts';
import type { Executions } from './execution.ts';
import type { Execute, Fn } from './policy.ts';

/** What one policy is instrumented with. */
export interface Settings {
  readonly scope: Scope;
  readonly errorType: ErrorTypeHook | undefined;
  readonly durations: boolean;
  /** Where the policy was given to `instrument` itself, and is not only part of a stack. */
  readonly executions?: Executions;
}

/** The instrumentation of one policy. */
export interface Layer {
  /** Stands in for the policy's `execute`. */
  readonly execute: Execute;
  /** Listeners to take off again. */
  readonly listeners: readonly { dispose(): void }[];
  /** Calls `idle` once the last call is answered; until then the listeners are needed. */
  whenIdle?(idle: () => void): void;
  /** Reads what is a state and not an event. */
  sample?(): void;
  /** Of a circuit breaker. */
  readonly control?: BreakerControl;
}

/** Of a layer that needs no event. */
export const NO_LISTENERS: Layer['listeners'] = [];

/** A layer that learns from events how its calls ended: it listens until the last is answered. */
export abstract class ListeningLayer implements Layer {
  abstract readonly execute: Execute;
  abstract readonly listeners: Layer['listeners'];
  /** Calls that are not answered yet. */
  protected open = 0;
  #idle: (() => void) | undefined;

  whenIdle(idle: () => void): void {
    if (this.open === 0) idle();
    else this.#idle = idle;
  }

  /** One of the calls was answered; returns whether it was the last. */
  protected closed(): boolean {
    if (--this.open > 0) return false;
    this.#idle?.();
    return true;
  }
}

/**
 * Calls the function of a layer with the arguments that cockatiel gave: the context, and from a
 * timeout also its signal. (Spreading them costs as much as the rest of a layer.)
 */
export function callWith(fn: Fn, context: unknown, signal: unknown): unknown {
  return signal === undefined ? fn(context) : fn(context, signal);
}

/** Counts an error that a policy acted on, and names its type. */
export function countError(settings: Settings, policy: PolicyType, reason: Reason): void {
  settings.scope.errors.count(policy, typeOf(settings, reason));
}

/** Names the type of an error. A fault of the user's hook stays here. */
export function typeOf({ scope, errorType: hook }: Settings, reason: Reason): string {
  try {
    return errorType(reason, hook);
  } catch (fault) {
    scope.fault(fault);
    return withoutHook(reason);
  }
}

/** What is left when naming an error failed: perhaps it was the hook, perhaps a throwing getter. */
function withoutHook(reason: Reason): string {
  try {
    return errorType(reason, undefined);
  } catch {
    return errorType({ error: undefined }, undefined);
  }
}

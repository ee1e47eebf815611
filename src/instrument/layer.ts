import type { Scope } from '../aggregate/scope.ts';
import type { PolicyType } from '../semconv/attributes.ts';
import type { Reason } from './announced.ts';
import { type ErrorTypeHook, errorType } from './error-type.ts';
import type { Execute, Fn } from './policy.ts';

/** What one policy is instrumented with. */
export interface Settings {
  readonly scope: Scope;
  readonly errorType: ErrorTypeHook | undefined;
  readonly durations: boolean;
}

/** The instrumentation of one policy. */
export interface Layer {
  /** Stands in for the policy's `execute`. */
  readonly execute: Execute;
  /** Listeners to take off again. */
  readonly listeners: readonly { dispose(): void }[];
  /** Functions that wait inside the policy, which re-enters `execute` with them. */
  readonly waiting?: ReadonlySet<Fn>;
  /** Reads what is a state and not an event. */
  sample?(): void;
}

/** Counts an error that a policy acted on. A fault of the user's hook stays here. */
export function countError(settings: Settings, policy: PolicyType, reason: Reason): void {
  const { scope } = settings;
  let type: string;
  try {
    type = errorType(reason, settings.errorType);
  } catch (fault) {
    scope.fault(fault);
    type = fallbackType(reason);
  }
  scope.errors.count(policy, type);
}

/** What is left when naming an error failed: without the hook, and without a throwing getter. */
function fallbackType(reason: Reason): string {
  try {
    return errorType(reason, undefined);
  } catch {
    return errorType({ error: undefined }, undefined);
  }
}

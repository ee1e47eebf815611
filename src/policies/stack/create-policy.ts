import type { IPolicy } from 'cockatiel';
import { instrument, uninstrument } from '../../instrument.ts';
import { assertName } from '../../instrument-options.ts';
import { activeExecutions, SETTLES_EARLY } from '../../metrics/active-executions.ts';
import { isolatePolicy, releasePolicy } from '../../metrics/breaker-control.ts';
import type { PresetName } from '../../presets/presets.ts';
import { followSignal } from '../../shared/abort-signals.ts';
import { ownProperties } from '../../shared/validate.ts';
import { resolveSettings } from '../config/resolve.ts';
import { claimVariableName } from '../config/variable-names.ts';
import { runExecution } from '../members/call-context.ts';
import { type Execute, InterruptibleCall } from '../members/interruptible-call.ts';
import { isTimeout } from '../members/transient-errors.ts';
import {
  MEMBERS,
  type PolicyOverrides,
  type PolicySettings,
  type ResilientPolicy,
} from '../members/types.ts';
import { ExecutionAbortedError } from './execution-aborted-error.ts';
import { createStack } from './stack.ts';

/** Releases the name of a policy that was garbage-collected without `dispose`. */
const abandonedPolicies = new FinalizationRegistry<() => void>((release) => release());

/** A function of its own: a closure inside of `createKeyedPolicy` would keep the policy alive. */
function inSequence(first: () => void, second: (() => void) | undefined): () => void {
  return () => {
    first();
    second?.();
  };
}

/** The settings of a pass-through. */
const NO_MEMBERS: PolicySettings<never> = {
  fallback: false,
  circuitBreaker: false,
  overallTimeout: false,
  retry: false,
  bulkhead: false,
  timeout: false,
  order: MEMBERS,
};

/**
 * Creates a stack of cockatiel policies with the settings of a preset, instrumented under its name.
 *
 * Reads the environment once. `overrides` take precedence over the environment, and the environment
 * over the preset.
 *
 * @param name of the protected dependency, such as `servicenow`
 * @param preset with the default settings
 * @throws TypeError that lists everything that is wrong in the arguments or in the environment
 * @example
 * const policy = createPolicy('servicenow', 'enterprise');
 * await policy.execute(({ signal }) => fetch(url, { signal }));
 */
export function createPolicy<F = never>(
  name: string,
  preset: PresetName = 'default',
  overrides: PolicyOverrides<F> = {},
): ResilientPolicy<F> {
  return createKeyedPolicy(name, undefined, preset, overrides);
}

export function createKeyedPolicy<F>(
  name: string,
  key: string | undefined,
  preset: PresetName,
  overrides: PolicyOverrides<F>,
): ResilientPolicy<F> {
  assertName(name);
  const { enabled, settings, origins } = resolveSettings(name, preset, overrides);
  const releaseName = claimVariableName(name);
  const { stack, members, reset, begin, releaseBudget } = createStack(
    enabled ? settings : NO_MEMBERS,
    {
      name,
      key,
    },
  );
  const release = inSequence(releaseName, releaseBudget);
  if (enabled) {
    stack.execute = createExecute(name, stack, begin);
    Object.defineProperty(stack, SETTLES_EARLY, { value: true });
  }
  const policy = Object.assign(stack, {
    ...members,
    name,
    key,
    preset,
    enabled,
    settings,
    origins,
    reset,
    isolate() {
      if (members.circuitBreaker) {
        const handle = isolatePolicy(members.circuitBreaker);
        return { dispose: () => releasePolicy(handle) };
      }
      // A pass-through has no circuit, and must not fail code that isolates it.
      if (!enabled) return { dispose() {} };
      throw new Error(
        `Expected the policy ${JSON.stringify(name)} to have a circuit breaker to isolate, got none`,
      );
    },
    dispose() {
      uninstrument(stack);
      release();
    },
  }) as unknown as ResilientPolicy<F>;
  try {
    const instrumented = instrument(name, policy, ownProperties(overrides).instrument);
    abandonedPolicies.register(policy, release);
    return instrumented;
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Creates the `execute` of a stack. Each call has a signal of its own: without one, all of cockatiel's
 * timeouts would add listeners to a signal that they share.
 */
function createExecute(
  name: string,
  stack: IPolicy,
  begin: (() => void) | undefined,
): IPolicy['execute'] {
  const original = stack.execute.bind(stack);
  const beginAndExecute: typeof original = begin
    ? (fn, signal) => {
        begin();
        return original(fn, signal);
      }
    : original;
  return function execute<T>(fn: (context: never) => PromiseLike<T> | T, signal?: AbortSignal) {
    const [controller, unfollow] = signal
      ? followSignal(signal)
      : [new AbortController(), () => {}];
    const { signal: inside } = controller;
    const { isWatched } = activeExecutions;
    if (!isWatched && !signal) {
      // Nothing can abort this call.
      return runExecution(stack, undefined, inside, () => beginAndExecute(fn as never, inside));
    }
    if (inside.aborted) return Promise.reject(inside.reason);
    const stop = () => call.stop(inside.reason);
    const call = new InterruptibleCall(fn as never, inside, {
      settled() {
        if (!signal) return;
        unfollow();
        inside.removeEventListener('abort', stop);
      },
      // cockatiel's timeout also reports an aborted call as timed out.
      toCallerError: (error) => (inside.aborted && isTimeout(error) ? inside.reason : error),
    });
    if (isWatched) {
      activeExecutions.abortBy(stack, () => {
        controller.abort(new ExecutionAbortedError(name));
        stop();
      });
    }
    // Without a caller's signal only `abortBy` above aborts, and it calls `stop` itself.
    if (signal) inside.addEventListener('abort', stop, { once: true });
    return runExecution(stack, signal, inside, () => call.run(beginAndExecute as Execute));
  } as IPolicy['execute'];
}

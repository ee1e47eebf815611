import type { IPolicy } from 'cockatiel';
import { instrument, uninstrument } from '../instrument.ts';
import { assertName } from '../instrument-options.ts';
import { activeExecutions, SETTLES_EARLY } from '../metrics/active-executions.ts';
import { isolatePolicy, releasePolicy } from '../metrics/breaker-control.ts';
import type { PresetName } from '../presets/presets.ts';
import { followSignal } from '../shared/abort-signals.ts';
import { ownProperties } from '../shared/own-properties.ts';
import { runExecution } from './call-context.ts';
import { resolveSettings } from './config/resolve.ts';
import { claim } from './config/variable-names.ts';
import { ExecutionAbortedError } from './execution-aborted-error.ts';
import { type Execute, InterruptibleCall } from './interruptible-call.ts';
import { stackOf } from './stack.ts';
import { isTimeout } from './transient-errors.ts';
import {
  MEMBERS,
  type PolicyOverrides,
  type PolicySettings,
  type ResilientPolicy,
} from './types.ts';

/** Gives back the name of a policy that was dropped without `dispose`. */
const dropped = new FinalizationRegistry<() => void>((release) => release());

/** The stack of a policy that is a pass-through. */
const NOTHING: PolicySettings<never> = {
  fallback: false,
  circuitBreaker: false,
  overallTimeout: false,
  retry: false,
  bulkhead: false,
  timeout: false,
  order: MEMBERS,
};

/**
 * Makes a stack of cockatiel's policies with the documents' numbers, instrumented under its name.
 *
 * The environment is read here, once. A setting of `overrides` comes before it, the preset after.
 *
 * @param name what it protects, such as `servicenow`
 * @param preset whose numbers it has
 * @throws TypeError if an argument, or a variable of the environment, is not what it must be: one
 *   error that names each of them
 * @example
 * const policy = createPolicy('servicenow', 'enterprise');
 * await policy.execute(({ signal }) => fetch(url, { signal }));
 */
export function createPolicy<F = never>(
  name: string,
  preset: PresetName = 'default',
  overrides: PolicyOverrides<F> = {},
): ResilientPolicy<F> {
  return policyOf(name, undefined, preset, overrides);
}

export function policyOf<F>(
  name: string,
  key: string | undefined,
  preset: PresetName,
  overrides: PolicyOverrides<F>,
): ResilientPolicy<F> {
  assertName(name);
  const { enabled, settings, origins } = resolveSettings(name, preset, overrides);
  const release = claim(name);
  const { stack, members, reset, begin } = stackOf(enabled ? settings : NOTHING, { name, key });
  if (enabled) {
    stack.execute = entered(name, stack, begin);
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
      // What lets everything through by command has nothing to hold open.
      if (!enabled) return { dispose() {} };
      throw new Error(
        `Expected the policy ${JSON.stringify(name)} to have a circuit breaker to hold open, got none`,
      );
    },
    dispose() {
      uninstrument(stack);
      release();
    },
  }) as unknown as ResilientPolicy<F>;
  try {
    const instrumented = instrument(name, policy, ownProperties(overrides).instrument);
    dropped.register(policy, release);
    return instrumented;
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * What every call of a stack goes through first. It gets a signal of its own: where there is none,
 * cockatiel's policies share one for ever, and each timeout listens to it.
 */
function entered(
  name: string,
  stack: IPolicy,
  begin: (() => void) | undefined,
): IPolicy['execute'] {
  const bare = stack.execute.bind(stack);
  const plain: typeof bare = begin
    ? (fn, signal) => {
        begin();
        return bare(fn, signal);
      }
    : bare;
  return function execute_<T>(fn: (context: never) => PromiseLike<T> | T, signal?: AbortSignal) {
    const [controller, leave] = signal ? followSignal(signal) : [new AbortController(), () => {}];
    const { signal: inside } = controller;
    const { isWatched: watched } = activeExecutions;
    // Nobody can call it off.
    if (!watched && !signal)
      return runExecution(stack, undefined, inside, () => plain(fn as never, inside));
    if (inside.aborted) return Promise.reject(inside.reason);
    const stop = () => call.stop(inside.reason);
    const call = new InterruptibleCall(fn as never, inside, {
      answered() {
        if (!signal) return;
        leave();
        inside.removeEventListener('abort', stop);
      },
      // A timeout says that it timed out, also of a call that was called off.
      explain: (error) => (inside.aborted && isTimeout(error) ? inside.reason : error),
    });
    if (watched) {
      activeExecutions.abortBy(stack, () => {
        controller.abort(new ExecutionAbortedError(name));
        stop();
      });
    }
    // Of a signal that only `abort` above can abort, a listener is more than all the rest.
    if (signal) inside.addEventListener('abort', stop, { once: true });
    return runExecution(stack, signal, inside, () => call.run(plain as Execute));
  } as IPolicy['execute'];
}

/**
 * The call under way. cockatiel passes an error or a value to filters, backoffs and fallbacks, and
 * nothing else; they find the rest in the asynchronous context.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Moment, now } from './moment.ts';

/** A call of a wrapped function, which `resilient`, `gather` or `createFetch` hands to a policy. */
export interface Invocation {
  readonly policy: object;
  readonly args: readonly unknown[];
  /** The wrapped function; `undefined` if each call creates a new one. */
  readonly target?: object | undefined;
  /** `this` in the function. */
  readonly self?: unknown;
  /**
   * Describes what affects the value besides the arguments that `key` uses; `undefined` if that is
   * unknown. A fallback never answers one variant with the value of another.
   */
  variant?(): string | undefined;
  /** When the last attempt began: its value is as old as that. */
  attemptedAt?: Moment | undefined;
  /** Whether the value comes from a fallback. */
  usedFallback: boolean;
}

/** One execution of a policy. */
export interface Execution {
  /** The signal of the caller. */
  readonly signal: AbortSignal | undefined;
  /** The signal inside the policy, which follows that of the caller. */
  readonly inside: AbortSignal;
  readonly args: readonly unknown[];
  /** What the fallback is about to replace. */
  failure?: { readonly error: unknown } | { readonly value: unknown } | undefined;
}

/** Counts requests of one call of `createFetch`. */
export interface RequestCounter {
  requests: number;
}

interface CallContext {
  /** The call that is handed to a policy; `undefined` inside its function. */
  readonly invocation?: Invocation | undefined;
  /** Set once, by the execution of the policy that the invocation is for. */
  execution?: Execution | undefined;
  /** The policy that the running function already goes through. */
  readonly enclosingPolicy?: object | undefined;
  readonly requestCounter?: RequestCounter | undefined;
}

const contexts = new AsyncLocalStorage<CallContext>();

/** The innermost execution. */
export const currentExecution = (): Execution | undefined => contexts.getStore()?.execution;

/** The call that is handed to the policy; `undefined` inside its function. */
export const currentInvocation = (): Invocation | undefined => contexts.getStore()?.invocation;

export const currentRequestCounter = (): RequestCounter | undefined =>
  contexts.getStore()?.requestCounter;

/** Whether the running function already goes through the policy. */
export const isInside = (policy: object): boolean =>
  contexts.getStore()?.enclosingPolicy === policy;

/** Whether the call was aborted; its failure then says nothing about the dependency. */
export function isCancelled(): boolean {
  const execution = currentExecution();
  return execution?.signal?.aborted === true || execution?.inside.aborted === true;
}

/** Runs `fn`, which executes the policy of the invocation. */
export function invoke<T>(invocation: Invocation, fn: () => T): T {
  const { enclosingPolicy, requestCounter } = contexts.getStore() ?? {};
  return contexts.run({ invocation, enclosingPolicy, requestCounter }, fn);
}

/** Runs one attempt of the wrapped function, which other policies must not take for their own call. */
export function runAttempt<T>(
  invocation: Invocation,
  fn: () => T,
  inner: Pick<CallContext, 'enclosingPolicy' | 'requestCounter'> = {},
): T {
  invocation.attemptedAt = now();
  invocation.usedFallback = false;
  return contexts.run({ ...contexts.getStore(), ...inner, invocation: undefined }, fn);
}

/** Runs `fn` such that no call of `createFetch` counts its requests. */
export function runUncounted<T>(fn: () => T): T {
  return contexts.run({ ...contexts.getStore(), requestCounter: undefined }, fn);
}

/** Runs an execution of a policy. */
export function runExecution<T>(
  policy: object,
  signal: AbortSignal | undefined,
  inside: AbortSignal,
  fn: () => T,
): T {
  const context = contexts.getStore();
  const isOwn = context?.invocation?.policy === policy;
  // Inside another execution, the arguments are those of that execution.
  const hasArgs = isOwn || context?.execution === undefined;
  const args = (hasArgs ? context?.invocation?.args : undefined) ?? [];
  const execution = { signal, inside, args };
  if (!isOwn || context.execution) return contexts.run({ ...context, execution }, fn);
  context.execution = execution;
  return fn();
}

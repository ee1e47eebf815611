/**
 * What is known of the call under way. cockatiel's filters, backoffs and fallback factories are
 * given the error at most, so the rest comes with the asynchronous context.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface CurrentCall {
  /** The caller's own, not one that a timeout has made. */
  readonly signal: AbortSignal | undefined;
  /** What the stack was entered with: it follows the caller's, where there is one. */
  readonly inside: AbortSignal;
  /** What the caller gave to a wrapped function. */
  readonly args: readonly unknown[];
  /** What the fallback is about to answer. */
  failure?: { readonly error: unknown } | { readonly value: unknown } | undefined;
}

const calls = new AsyncLocalStorage<CurrentCall>();
const args = new AsyncLocalStorage<readonly unknown[]>();

/** The innermost call that is under way here. */
export const currentCall = (): CurrentCall | undefined => calls.getStore();

export function runCall<T>(signal: AbortSignal | undefined, inside: AbortSignal, run: () => T): T {
  return calls.run({ signal, inside, args: args.getStore() ?? [] }, () => args.run([], run));
}

/** Lets the call that `run` begins know the arguments that it was made with. */
export function withArguments<T>(given: readonly unknown[], run: () => T): T {
  return args.run(given, run);
}

/** Whether somebody has called it off; what then fails says nothing of the dependency. */
export function isCancelled(): boolean {
  const call = currentCall();
  return call?.signal?.aborted === true || call?.inside.aborted === true;
}

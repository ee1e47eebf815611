import { processWide } from '../aggregate/process-wide.ts';
import type { Execution } from '../aggregate/running.ts';
import type { Fn } from './policy.ts';

/** The instrumentation of a policy, as its calls see it. */
interface CallOwner {
  /** The policy's promise settled, or its `execute` returned or threw. Never throws. */
  settled(call: Call, ok: boolean, value: unknown): void;
}

/** What was instrumented as one. */
export interface Stack {
  /** The policies inside it, wraps included; `undefined` if any policy may be part of it. */
  readonly members: ReadonlySet<object> | undefined;
  /** A noop hands on a promise of its own, and is not instrumented. */
  readonly hasNoop: boolean;
}

/**
 * One call through one instrumented policy.
 *
 * cockatiel's events carry no call identity, so the calls of a stack find each other by the call
 * stack: the function of an outer policy calls the `execute` of the next inner one synchronously.
 * `callInside` makes the outer call the current one, and `parentOf` in that `execute` reads it.
 * A decorated `execute` may call the next policy later: until then, the outer call waits for it.
 */
export class Call {
  readonly owner: CallOwner | undefined;
  /** The call whose function called this policy; none if the user called it. */
  parent: Call | undefined;
  /** The stack that the call belongs to; none if its policy was instrumented by itself. */
  stack: Stack | undefined;
  /** The signal that the policy was given. */
  readonly signal: AbortSignal | undefined;
  /** The function was called. */
  called = false;
  /** A fallback answered the last attempt. */
  fellBack = false;
  /** A timeout ended the last attempt. */
  timedOut = false;
  /** What the filters of policies said of the error of the last attempt: one of them handles it, or none. */
  isHandled: boolean | undefined = undefined;
  isSettled = false;
  /** In ms of `performance.now()`; -1 if durations are not recorded. */
  start = -1;
  /** The entry in the list of active executions, if a listener asked for one. */
  execution: Execution | undefined = undefined;
  /** What `execute` returned. */
  promise: unknown = undefined;
  /** Whether the result of the function will be reported: not by what only looks like cockatiel's. */
  isObserved = true;
  /** Whether no other call has the same promise. */
  isFresh = false;
  /** The call that this one's function made and whose promise it returned. */
  inner: Call | undefined = undefined;
  /** The last call of a policy inside. */
  entered: Call | undefined = undefined;
  /** Whether the call outside reports the result: its function returned the promise of this one. */
  readonly isReported: boolean;

  constructor(
    owner: CallOwner | undefined,
    parent: Call | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.owner = owner;
    this.parent = parent;
    this.stack = parent?.stack;
    this.signal = signal;
    this.isReported = parent !== undefined && parent === context.parent && parent.reportsInner;
    if (parent === undefined) return;
    // A decorated `execute` may call the next policy again.
    if (parent.entered !== undefined) restart(parent);
    parent.entered = this;
  }

  /** The policy's promise settled. Only the first report counts. */
  settle(ok: boolean, value: unknown): void {
    if (this.isSettled) return;
    // A policy that hands on its function's result settles the call inside, too.
    if (this.handsOnResult) this.inner?.settle(ok, value);
    this.isSettled = true;
    this.inner = undefined;
    this.entered = undefined;
    this.promise = undefined;
    this.#waitsNoMore();
    this.owner?.settled(this, ok, value);
  }

  /** Whether the policy's result is always its function's: true of a wrap and of a bulkhead. */
  get handsOnResult(): boolean {
    return false;
  }

  /** Whether a call inside may rely on this one to report that its promise settled. */
  get reportsInner(): boolean {
    return this.isObserved;
  }

  /** Whether what policies inside do decides the outcome: true of a stack. */
  get hasOutcomeOfInner(): boolean {
    return false;
  }

  /** Whether nothing needs to know the result any more. */
  get isDone(): boolean {
    return this.isSettled;
  }

  /** Whether the result of the call no longer depends on what happens inside. */
  get isAbandoned(): boolean {
    return this.isSettled;
  }

  /** A policy inside returned its promise. */
  adopt(inner: Call): void {
    this.inner = inner;
  }

  /** @returns whether the result of the function will be reported to this call */
  functionCalled(_context: unknown): boolean {
    return true;
  }

  /** @returns what the policy gets in place of what the function returned */
  functionReturned(returned: unknown): unknown {
    return returned;
  }

  functionThrew(): void {}

  /** The policy's `execute` returned. */
  hasReturned(_result: unknown): void {}

  /**
   * What was called inside returned. The call inside reports through this one only if that is its
   * very promise. Otherwise a decorated `execute` is on the way, which may call the policy later.
   *
   * @param signal what the policy inside is given
   */
  innerReturned(returned: unknown, signal: unknown): void {
    const { inner, stack } = this;
    if (inner !== undefined) {
      if (this.reportsInner && (inner.promise === returned || stack?.hasNoop)) return;
      this.inner = undefined;
      inner.observeFromSide();
    } else if (this.entered !== undefined && !this.entered.isSettled) return;
    if (stack?.members && !this.isSettled && isThenable(returned)) {
      context.waiting.set(this, signal);
    }
  }

  /** The function settled: no policy inside is called by this attempt any more. */
  settleInner(ok: boolean, value: unknown): void {
    this.inner?.settle(ok, value);
    this.#waitsNoMore();
  }

  #waitsNoMore(): void {
    if (context.waiting.size > 0) context.waiting.delete(this);
  }

  /** Reports the result of a promise that its policy may give up, or that is not handed on. */
  observeFromSide(): void {
    const { promise } = this;
    if (!(promise instanceof Promise)) return;
    const report = (ok: boolean) => (value: unknown) => this.settle(ok, value);
    Promise.prototype.then.call(promise, report(true), report(false));
  }
}

/** One for all copies of this package in the process: a stack may have members of several. */
export const context = processWide('call-context', () => ({
  /** The call whose function, or stack, is running, before its first `await`. */
  parent: undefined as Call | undefined,
  /** Calls whose policy inside is called later, the oldest first, and the signal it is given. */
  waiting: new Map<Call, unknown>(),
}));

/** The call that a policy is entered by: the current one, if the policy belongs to its stack. */
export function parentOf(policy: object, signal: AbortSignal | undefined): Call | undefined {
  const { parent, waiting } = context;
  if (parent?.stack !== undefined) {
    const { members } = parent.stack;
    if (members === undefined || members.has(policy)) return parent;
  }
  return waiting.size === 0 ? undefined : waitingFor(policy, signal);
}

/** The oldest call that waits for a policy; one whose policy inside was called already comes last. */
function waitingFor(policy: object, signal: AbortSignal | undefined): Call | undefined {
  let again: Call | undefined;
  for (const [call, given] of context.waiting) {
    if (given !== signal || !call.stack?.members?.has(policy)) continue;
    if (call.entered === undefined) return call;
    if (call.entered.isSettled) again ??= call;
  }
  return again;
}

/**
 * Calls something that may enter a policy synchronously, as a part of `parent`. (No closure of one
 * call may be on the way: an error keeps the functions on its stack, and what those close over.)
 */
export function applyInside(
  parent: Call | undefined,
  fn: Fn,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  const outer = context.parent;
  context.parent = parent;
  try {
    return Reflect.apply(fn, self, args);
  } finally {
    context.parent = outer;
  }
}

/**
 * What a policy calls in place of the function of a call. The function gets the very arguments.
 *
 * If the function returned exactly the promise of the policy that it entered, `call` settles that
 * policy's call when cockatiel continues. A second reaction on the promise would do so, too, but V8
 * follows a promise to its awaiter only while it has a single reaction: stack traces would end here.
 */
export function functionOf(call: Call, fn: Fn): Fn {
  return function inner(context_, second) {
    call.called = true;
    call.isObserved = call.functionCalled(context_);
    let returned: unknown;
    let threw = true;
    call.inner = undefined;
    call.entered = undefined;
    const outer = context.parent;
    // A policy that was instrumented by itself has no stack: its function is the user's.
    context.parent = call.parent && call;
    try {
      // By far most often one, and two from a timeout. (Spreading them costs as much as all else here.)
      if (arguments.length === 1) returned = fn(context_);
      else if (arguments.length === 2) returned = fn(context_, second);
      else returned = Reflect.apply(fn, undefined, arguments);
      threw = false;
    } finally {
      context.parent = outer;
      if (call.parent) call.innerReturned(returned, signalOf(context_));
      if (threw) call.functionThrew();
    }
    return call.functionReturned(returned);
  };
}

/** The signal in the context that cockatiel gives to a function. */
export function signalOf(context_: unknown): AbortSignal | undefined {
  return (context_ as { signal?: AbortSignal } | undefined)?.signal;
}

/** Does not read `then`, which may be a getter. */
export function isThenable(value: unknown): value is object {
  const isObject = typeof value === 'object' || typeof value === 'function';
  return isObject && value !== null && 'then' in value;
}

/** Applies to a call and to each stack whose result still depends on it. */
function forEachOutcome(call: Call, apply: (call: Call) => void): void {
  apply(call);
  for (let each = call.parent; each && !each.isAbandoned; each = each.parent) {
    if (each.hasOutcomeOfInner) apply(each);
  }
}

/** A new attempt begins: what an earlier one left behind no longer counts. */
export function restart(call: Call): void {
  forEachOutcome(call, (each) => {
    each.fellBack = false;
    each.timedOut = false;
    each.isHandled = undefined;
  });
}

/** A fallback answered, so the failure before it no longer counts. */
export function markFellBack(call: Call): void {
  forEachOutcome(call, (each) => {
    each.fellBack = true;
    each.timedOut = false;
    each.isHandled = undefined;
  });
}

export function markTimedOut(call: Call, timedOut: boolean): void {
  forEachOutcome(call, (each) => {
    each.timedOut = timedOut;
  });
}

/**
 * A policy was asked whether it handles an error; one that does is enough. A filter that threw did not
 * say no: a fault of its own must not hide failures.
 */
export function markHandled(call: Call, handled: boolean | undefined): void {
  forEachOutcome(call, (each) => {
    each.isHandled = each.isHandled || handled !== false;
  });
}

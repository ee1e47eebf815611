import type { Execution } from '../metrics/active-executions.ts';
import { processWide } from '../shared/process-wide.ts';
import type { Fn, Stack } from './policy-types.ts';

/** A call whose function may call an inner policy: a `Call`, or a `ShortCall` that may become one. */
export interface OuterCall {
  readonly stack: Stack | undefined;
  /** Whether the members that its function calls may use short calls. */
  readonly allowsShort: boolean;
  /** The latest call of an inner policy. */
  entered: OuterCall | undefined;
  /** Whether the policy belongs to the stack of the call. */
  contains(policy: object): boolean;
  readonly isSettled: boolean;
  readonly reportsInner: boolean;
  /** What `execute` returned. */
  promise: unknown;
  /** Whether no other call returned the same promise. */
  readonly isFresh: boolean;
  toCall(): Call;
  /** An inner policy was called. */
  enter(inner: OuterCall): void;
  /** An inner policy returned its promise. */
  adopt(inner: Call): void;
  /** Whether the call settles `inner`, which has returned its promise. */
  settles(inner: OuterCall): boolean;
}

/** The instrumentation of a policy, as its calls see it. */
interface CallOwner {
  /** The policy's promise settled, or its `execute` returned or threw. Never throws. */
  settled(call: Call, ok: boolean, value: unknown): void;
}

/**
 * One call through one instrumented policy.
 *
 * cockatiel's events carry no call identity, so the JavaScript call stack links the calls: the
 * function of an outer policy calls the `execute` of the next inner policy synchronously.
 * `functionOf` makes the outer call the current one, and `parentOf` in the inner `execute` reads it.
 * A decorated `execute` may call the inner policy later. Until then, `context.waiting` holds the
 * outer call.
 */
export class Call implements OuterCall {
  readonly owner: CallOwner | undefined;
  /** The call whose function called this policy; `undefined` if user code called it directly. */
  outer: OuterCall | undefined;
  /** The stack of the call; `undefined` if the policy was instrumented by itself. */
  stack: Stack | undefined;
  /** The signal that the caller passed to the policy. */
  readonly signal: AbortSignal | undefined;
  /** Whether the policy has called the function. */
  called = false;
  /** Whether a fallback supplied the result of the last attempt. */
  fellBack = false;
  /** Whether a timeout ended the last attempt. */
  timedOut = false;
  /** Whether a policy's filter handles the error of the last attempt; `undefined` if no filter ran. */
  isHandled: boolean | undefined = undefined;
  isSettled = false;
  /** In ms of `performance.now()`; -1 if durations are not recorded. */
  start = -1;
  /** The entry in the list of active executions, if a listener asked for one. */
  execution: Execution | undefined = undefined;
  promise: unknown = undefined;
  /** Whether the policy reports the result of its function. A test double may not. */
  isObserved = true;
  isFresh = false;
  /** The inner call that the function made and whose promise the function returned. */
  inner: Call | undefined = undefined;
  entered: OuterCall | undefined = undefined;
  allowsShort: boolean;
  /** Whether the outer call settles this one, provided its function returns this call's promise. */
  readonly isReported: boolean;

  constructor(
    owner: CallOwner | undefined,
    outer: OuterCall | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.owner = owner;
    this.outer = outer;
    this.stack = outer?.stack;
    this.allowsShort = outer?.allowsShort ?? false;
    this.signal = signal;
    this.isReported = outer !== undefined && outer === context.parent && outer.reportsInner;
    outer?.enter(this);
  }

  /** The outer call, which becomes a `Call` if it was a short one. */
  get parent(): Call | undefined {
    return this.outer?.toCall();
  }

  contains(policy: object): boolean {
    return this.stack?.members?.has(policy) ?? false;
  }

  toCall(): this {
    return this;
  }

  enter(inner: OuterCall): void {
    // A decorated `execute` may call the inner policy a second time.
    if (this.entered !== undefined) restart(this);
    this.entered = inner;
  }

  settles(_inner: OuterCall): boolean {
    return this.reportsInner && !this.isSettled;
  }

  /** The policy's promise settled. Only the first report counts. */
  settle(ok: boolean, value: unknown): void {
    if (this.isSettled) return;
    // A policy that returns its function's result unchanged settles the inner call, too.
    if (this.handsOnResult) this.inner?.settle(ok, value);
    this.isSettled = true;
    this.inner = undefined;
    this.entered = undefined;
    this.promise = undefined;
    this.waitsNoMore();
    this.owner?.settled(this, ok, value);
  }

  /** Whether the policy always returns its function's result: true for a wrap and for a bulkhead. */
  get handsOnResult(): boolean {
    return false;
  }

  /** Whether this call settles the inner call when the promise of the inner call settles. */
  get reportsInner(): boolean {
    return this.isObserved;
  }

  /** Whether the outcome depends on inner policies: true for a stack. */
  get hasOutcomeOfInner(): boolean {
    return false;
  }

  /** Whether the result no longer has to be observed. */
  get isDone(): boolean {
    return this.isSettled;
  }

  /** Whether inner calls can no longer change the result of this call. */
  get isAbandoned(): boolean {
    return this.isSettled;
  }

  adopt(inner: Call): void {
    this.inner = inner;
  }

  /** @returns whether the policy will report the result of the function to this call */
  functionCalled(_context: unknown): boolean {
    return true;
  }

  /** @returns the value that the policy receives instead of `returned` */
  functionReturned(returned: unknown): unknown {
    return returned;
  }

  functionThrew(): void {}

  /** The policy's `execute` returned. */
  hasReturned(_result: unknown): void {}

  /**
   * The function returned. This call settles the inner call only if `returned` is the promise of the
   * inner call. Any other promise comes from a decorated `execute`, which may call the inner policy
   * later.
   *
   * @param signal the signal that the inner policy will receive
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

  /** The function settled: this attempt calls no further inner policy. */
  settleInner(ok: boolean, value: unknown): void {
    this.inner?.settle(ok, value);
    this.waitsNoMore();
  }

  // Not `#`: V8 marks each new object of a class that has private methods, and calls are made often.
  private waitsNoMore(): void {
    if (context.waiting.size > 0) context.waiting.delete(this);
  }

  /** Observes the promise directly, because the outer call abandoned it or did not return it. */
  observeFromSide(): void {
    const { promise } = this;
    if (!(promise instanceof Promise)) return;
    const report = (ok: boolean) => (value: unknown) => this.settle(ok, value);
    Promise.prototype.then.call(promise, report(true), report(false));
  }
}

/** Shared by all copies of this package: one stack may contain policies of several copies. */
export const context = processWide('call-context', () => ({
  /** The call whose function or stack runs synchronously now, before its first `await`. */
  parent: undefined as OuterCall | undefined,
  /** Calls whose inner policy may be called later, oldest first, with the signal it will receive. */
  waiting: new Map<Call, unknown>(),
}));

/** The outer call of a policy: the current call if its stack has the policy, else a waiting call. */
export function parentOf(policy: object, signal: AbortSignal | undefined): OuterCall | undefined {
  const { parent, waiting } = context;
  if (parent?.stack !== undefined) {
    const { members } = parent.stack;
    if (members === undefined || members.has(policy)) return parent;
  }
  return waiting.size === 0 ? undefined : waitingFor(policy, signal);
}

/** The oldest waiting call. Calls that have not called an inner policy yet take precedence. */
function waitingFor(policy: object, signal: AbortSignal | undefined): Call | undefined {
  let again: Call | undefined;
  for (const [call, waitingSignal] of context.waiting) {
    if (waitingSignal !== signal || !call.stack?.members?.has(policy)) continue;
    if (call.entered === undefined) return call;
    if (call.entered.isSettled) again ??= call;
  }
  return again;
}

/**
 * Calls `fn` with `parent` as the current call. A policy that `fn` calls synchronously becomes an inner
 * call of `parent`. The arguments replace a closure: an error retains the functions on its stack and
 * their closures, and so a closure would keep the call in memory.
 */
export function applyInside(
  parent: OuterCall | undefined,
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
 * Wraps the user's function for one call. The function receives the same arguments.
 *
 * If the function returns the promise of the inner policy, `call` settles the inner call as soon as
 * cockatiel continues. A second reaction on that promise would cut stack traces here: V8 follows a
 * promise to its awaiter only while the promise has a single reaction.
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
    // A policy that was instrumented by itself has no stack: its function contains no inner policy.
    context.parent = call.outer && call;
    try {
      // Usually one argument; two from a timeout. Spreading costs as much as the rest of this function.
      if (arguments.length === 1) returned = fn(context_);
      else if (arguments.length === 2) returned = fn(context_, second);
      else returned = Reflect.apply(fn, undefined, arguments);
      threw = false;
    } finally {
      context.parent = outer;
      if (call.outer) call.innerReturned(returned, signalOf(context_));
      if (threw) call.functionThrew();
    }
    return call.functionReturned(returned);
  };
}

/** The signal in the context that cockatiel passes to a function. */
export function signalOf(context_: unknown): AbortSignal | undefined {
  return (context_ as { signal?: AbortSignal } | undefined)?.signal;
}

/** Checks that `then` exists without reading it, because it may be a getter. */
export function isThenable(value: unknown): value is object {
  const isObject = typeof value === 'object' || typeof value === 'function';
  return isObject && value !== null && 'then' in value;
}

/** Calls `apply` for a call and for each outer stack whose outcome still depends on it. */
function forEachOutcome(call: Call, apply: (call: Call) => void): void {
  apply(call);
  for (let outer = call.parent; outer && !outer.isAbandoned; outer = outer.parent) {
    if (outer.hasOutcomeOfInner) apply(outer);
  }
}

/** A new attempt begins: clears the flags of the previous attempt. */
export function restart(call: Call): void {
  forEachOutcome(call, (affected) => {
    affected.fellBack = false;
    affected.timedOut = false;
    affected.isHandled = undefined;
  });
}

/** A fallback supplied the result: clears the failure before it. */
export function markFellBack(call: Call): void {
  forEachOutcome(call, (affected) => {
    affected.fellBack = true;
    affected.timedOut = false;
    affected.isHandled = undefined;
  });
}

export function markTimedOut(call: Call, timedOut: boolean): void {
  forEachOutcome(call, (affected) => {
    affected.timedOut = timedOut;
  });
}

/**
 * Records whether a policy's filter handles the error. One policy that handles it is enough. A filter
 * that threw (`undefined`) counts as handling it, so that a bug in a filter does not hide failures.
 */
export function markHandled(call: Call, handled: boolean | undefined): void {
  forEachOutcome(call, (affected) => {
    affected.isHandled = affected.isHandled || handled !== false;
  });
}

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
  /** Its policies, wraps included; `undefined` if any policy may be part of it. */
  readonly members: ReadonlySet<object> | undefined;
  /** A noop hands on a promise of its own, and is not instrumented. */
  readonly hasNoop: boolean;
}

/**
 * One call through one instrumented policy.
 *
 * cockatiel's events carry no call identity, so the calls of a stack find each other by the call
 * stack: the function of an outer policy calls the `execute` of the next inner one synchronously.
 * `callInside` hands the outer call over, and `takeParent` in that `execute` takes it at once.
 */
export class Call {
  readonly owner: CallOwner | undefined;
  /** The call whose function called this policy; none if the user called it. */
  readonly parent: Call | undefined;
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
  /** The call that this one's function made and whose promise it returned. */
  inner: Call | undefined = undefined;

  constructor(
    owner: CallOwner | undefined,
    parent: Call | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.owner = owner;
    this.parent = parent;
    this.stack = parent?.stack;
    this.signal = signal;
  }

  /** The policy's promise settled. Only the first report counts. */
  settle(ok: boolean, value: unknown): void {
    if (this.isSettled) return;
    // A policy that hands on its function's result settles the call inside, too.
    if (this.handsOnResult) this.inner?.settle(ok, value);
    this.isSettled = true;
    this.inner = undefined;
    this.promise = undefined;
    this.owner?.settled(this, ok, value);
  }

  /** Whether the policy's result is always its function's: true of a wrap and of a bulkhead. */
  get handsOnResult(): boolean {
    return false;
  }

  /** Whether a call inside may rely on this one to report that its promise settled. */
  get reportsInner(): boolean {
    return true;
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

  /** The policy's `execute` returned. */
  hasReturned(_result: unknown): void {}

  /** The call inside reports through this one only if this returned its very promise. */
  innerReturned(returned: unknown, reports: boolean): void {
    const { inner, stack } = this;
    if (inner === undefined) return;
    if (reports && (inner.promise === returned || stack?.hasNoop)) return;
    this.inner = undefined;
    inner.observeFromSide();
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
const context: { parent: Call | undefined } = processWide('call-context', () => ({
  parent: undefined,
}));

/** Hands a call to the policy that is entered next, or takes back what none has taken. */
export function handOver(parent: Call | undefined): void {
  context.parent = parent;
}

/** Takes the call that was handed over, if the policy belongs to its stack. */
export function takeParent(policy: object): Call | undefined {
  const parent = takeCaller();
  if (parent?.stack === undefined) return undefined;
  const { members } = parent.stack;
  return members === undefined || members.has(policy) ? parent : undefined;
}

/** Takes the call that was handed over, whatever it belongs to. */
export function takeCaller(): Call | undefined {
  const { parent } = context;
  context.parent = undefined;
  return parent;
}

/**
 * Calls something that may enter the next policy synchronously, as a part of `parent`. (No closure of
 * one call may be on the way: an error keeps the functions on its stack, and what those close over.)
 */
export function applyInside(
  parent: Call | undefined,
  fn: Fn,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  context.parent = parent;
  try {
    return Reflect.apply(fn, self, args);
  } finally {
    context.parent = undefined;
  }
}

/**
 * Calls the function of a policy with the arguments from cockatiel: the context, and from a timeout
 * also its signal. (Spreading them costs as much as all else here.)
 *
 * If the function returned exactly the promise of the policy that it entered, `call` settles that
 * policy's call when cockatiel continues. A second reaction on the promise would do so, too, but V8
 * follows a promise to its awaiter only while it has a single reaction: stack traces would end here.
 *
 * @param reports whether `call` will see the function's result
 */
export function callInside(
  call: Call,
  reports: boolean,
  fn: Fn,
  context_: unknown,
  signal: unknown,
): unknown {
  let returned: unknown;
  call.inner = undefined;
  // A policy that was instrumented by itself has no stack: its function is the user's.
  context.parent = call.parent && call;
  try {
    returned = signal === undefined ? fn(context_) : fn(context_, signal);
    return returned;
  } finally {
    context.parent = undefined;
    call.innerReturned(returned, reports);
  }
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

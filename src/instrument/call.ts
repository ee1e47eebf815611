import type { Execution } from '../aggregate/running.ts';

/**
 * One call through one instrumented policy, and how the layers of a stack find each other.
 *
 * cockatiel's events carry no call identity (they can't tell whose call they are about), so the
 * layers tell each other: the function of an outer layer calls the `execute` of the next inner one
 * synchronously, and hands over the execution of the stack, which the next `execute` takes at once.
 */
export abstract class Call {
  /**
   * The execution of the stack in which the policy was called, or the call of a policy between the
   * two that may give up what is inside of it; none, where the user called it.
   */
  readonly stack: Call | undefined;
  /** The signal that the policy was given. */
  readonly signal: AbortSignal | undefined;
  /** The function was called. */
  called: boolean;
  /** The answer of the last attempt came from a fallback. */
  fellBack: boolean;
  /** A timeout ended the last attempt. */
  timedOut: boolean;
  /** It was answered. Only those say so that can be answered while their inside goes on. */
  ended: boolean;
  /** In ms of `performance.now()`, which begins at 0; -1 where durations are not recorded. */
  start: number;
  /** What who looks after the process knows of it. */
  execution: Execution | undefined;

  constructor(stack: Call | undefined, signal: AbortSignal | undefined) {
    this.stack = stack;
    this.signal = signal;
    this.called = false;
    this.fellBack = false;
    this.timedOut = false;
    this.ended = false;
    this.start = -1;
    this.execution = undefined;
  }

  /** The policy has answered. Never throws. */
  abstract end(ok: boolean, value: unknown): void;

  /** Whether cockatiel itself awaits what a policy inside answers, so that nobody else has to. */
  awaits(): boolean {
    return true;
  }

  /** Whether what its inside still does is part of nothing any more. */
  isOver(): boolean {
    return this.ended;
  }

  /** Whether `call`, of `policy`, is told of its answer by this one, which has the same. */
  answersFor(_policy: object, _call: Call): boolean {
    return false;
  }
}

let entering: Call | undefined;

/** Takes the execution that was handed over. */
export function entered(): Call | undefined {
  const stack = entering;
  entering = undefined;
  return stack;
}

/** Hands an execution to the `execute` that is called next; whoever does so calls `leave` then. */
export function enter(stack: Call | undefined): void {
  entering = stack;
}

/** Takes back what nobody took: the function was the user's own. */
export function leave(): void {
  entering = undefined;
}

/** A layer begins its inside anew: what an earlier attempt left behind says nothing any more. */
export function restart(call: Call): void {
  for (let each: Call | undefined = call; each && !each.isOver(); each = each.stack) {
    each.fellBack = false;
    each.timedOut = false;
  }
}

export function fellBack(call: Call): void {
  for (let each: Call | undefined = call; each && !each.isOver(); each = each.stack) {
    each.fellBack = true;
  }
}

export function timedOut(call: Call, yes: boolean): void {
  for (let each: Call | undefined = call; each && !each.isOver(); each = each.stack) {
    each.timedOut = yes;
  }
}

import { type ExecutionAggregate, OUTCOME } from '../aggregate/execution.ts';
import { running } from '../aggregate/running.ts';
import { answer, answerLater } from './answer.ts';
import { Call, enter, entered, leave, restart } from './call.ts';
import { OutsideCall } from './custom.ts';
import { isMarked } from './error-type.ts';
import { installationOf } from './installation.ts';
import { type Layer, NO_LISTENERS, type Settings } from './layer.ts';
import { type AnyPolicy, type Execute, type Fn, isWrap, shapeOf } from './policy.ts';

/** Counts what the callers of one policy see: of the policy that `instrument` was given. */
export class Executions {
  readonly #counts: ExecutionAggregate;
  readonly #durations: boolean;
  readonly #unreported: () => void;
  readonly #name: string;

  /** @param unreported runs before an execution for as long as nobody takes durations */
  constructor({ scope, durations }: Settings, unreported: () => void) {
    this.#counts = scope.ofExecution();
    this.#durations = durations;
    this.#unreported = unreported;
    this.#name = scope.name;
  }

  /** @param stack what is entered next, where it is a stack: then `running.entered` is called */
  begin(call: Call, stack?: object): void {
    const counts = this.#counts;
    if (!counts.duration.reported) this.#unreported();
    counts.active.add(0);
    if (this.#durations && counts.duration.wanted) call.start = performance.now();
    if (running.watched) running.begin(call, this.#name, stack);
  }

  end(call: Call, ok: boolean, value: unknown): void {
    const outcome = ok
      ? call.fellBack
        ? OUTCOME.fallback
        : OUTCOME.success
      : failureOf(call, value);
    if (call.execution) running.end(call);
    this.#counts.active.add(0, -1);
    this.#counts.outcomes.add(outcome);
    if (call.start >= 0) {
      this.#counts.duration.record((performance.now() - call.start) / 1000, outcome);
    }
  }
}

function failureOf(call: Call, error: unknown): number {
  if (!call.called && !isCancelled(call, error)) return OUTCOME.rejected;
  if (call.timedOut) return OUTCOME.timed_out;
  if (call.signal?.aborted) return OUTCOME.cancelled;
  return call.called ? OUTCOME.failure : OUTCOME.rejected;
}

/** Called off while it waited, by a timeout or by the caller, whose reason may be handed on: no rejection. */
function isCancelled({ signal }: Call, error: unknown): boolean {
  return isMarked(error, 'isTaskCancelledError') || (!!signal?.aborted && error === signal.reason);
}

/** The policy whose answer is that of the stack: perhaps a stack within it, instrumented by itself. */
function headOf(stack: AnyPolicy): AnyPolicy | undefined {
  let head: AnyPolicy | undefined = stack;
  while (isWrap(head) && (head === stack || !installationOf(head))) head = head.wrapped[0];
  return head;
}

/** What was instrumented is a stack, or a policy that has no layer of its own. */
export class StackLayer implements Layer {
  readonly execute: Execute;
  readonly listeners = NO_LISTENERS;

  constructor(policy: AnyPolicy, original: Execute, executions: Executions) {
    const custom = shapeOf(policy).type === 'custom';
    this.execute = function execute(fn, signal, ...rest) {
      const call = new StackCall(executions, entered(), signal, headOf(policy), !custom);
      // Asked before the stack within may be entered once more.
      const told = call.stack?.answersFor(policy, call);
      executions.begin(call, policy);
      // The innermost: what the user's function does is no part of this stack.
      const inner: Fn = function inner(context) {
        call.called = true;
        enter(call.stack && outsideOf(call, call.stack));
        try {
          // Spreading them costs as much as the rest.
          return arguments.length === 1 ? fn(context) : fn(...arguments);
        } finally {
          leave();
        }
      };
      enter(call);
      let answered: unknown;
      try {
        answered = original.call(this, typeof fn === 'function' ? inner : fn, signal, ...rest);
      } catch (error) {
        if (!told) call.end(false, error);
        throw error;
      } finally {
        leave();
        running.entered();
      }
      if (told) return answered;
      if (!(answered instanceof Promise)) return answerLater(answered, call);
      // A policy of the user's own may answer with a promise that can more, such as be cancelled.
      return answer(answered, call, custom && Object.keys(answered).length > 0);
    };
  }
}

/**
 * What the function of a stack within another one is part of. A timeout in the stack within may give
 * it up; a policy of the user's own may call it again, too, and drop what it answers.
 */
function outsideOf(call: StackCall, stack: Call): Call {
  const caller = entered() ?? call;
  if (caller === call && call.awaits()) return stack;
  const outside = new OutsideCall(caller, call);
  restart(outside);
  return outside;
}

class StackCall extends Call {
  readonly executions: Executions;
  /** The outermost policy, until it was entered: what it answers, the stack answers. */
  head: object | undefined;
  outermost: Call | undefined;
  readonly awaited: boolean;

  constructor(
    executions: Executions,
    stack: Call | undefined,
    signal: AbortSignal | undefined,
    head: object | undefined,
    awaits: boolean,
  ) {
    super(stack, signal);
    this.executions = executions;
    this.head = head;
    this.outermost = undefined;
    this.awaited = awaits;
  }

  end(ok: boolean, value: unknown): void {
    this.outermost?.end(ok, value);
    this.executions.end(this, ok, value);
    this.ended = true;
  }

  /** A `wrap()` does; a policy of the user's own may drop what others answer that it uses. */
  override awaits(): boolean {
    return this.awaited;
  }

  /** Once only, as a policy may be in a stack twice. */
  override answersFor(policy: object, call: Call): boolean {
    if (this.head !== policy) return false;
    this.head = undefined;
    this.outermost = call;
    return true;
  }
}

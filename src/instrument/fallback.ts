import { type FallbackAggregate, FALLBACK_RESULT as RESULT } from '../aggregate/fallback.ts';
import { FALLBACK_TYPE, FALLBACK_TYPES, type FallbackType } from '../semconv/attributes.ts';
import type { Reason } from './announced.ts';
import { answer } from './answer.ts';
import { Call, enter, entered, fellBack, leave } from './call.ts';
import type { Executions } from './execution.ts';
import { onHandledFailure } from './failures.ts';
import { callWith, countError, type Layer, ListeningLayer, type Settings } from './layer.ts';
import type { AsyncExecute, Execute, Fallback, Fn } from './policy.ts';
import { watch } from './watch.ts';

export class FallbackLayer extends ListeningLayer {
  readonly execute: Execute;
  readonly listeners: Layer['listeners'];
  readonly #counts: FallbackAggregate;
  readonly #executions: Executions | undefined;
  readonly #type: FallbackType;
  /** It hands back the failed result itself where it has no other answer. */
  readonly #handsBack: boolean;
  /** The call whose function has just settled: an event that comes now is about it. */
  #current: FallbackCall | undefined;

  constructor(policy: Fallback, original: AsyncExecute, settings: Settings) {
    super();
    this.#counts = settings.scope.ofFallback();
    const { executions } = settings;
    this.#executions = executions;
    const known = knownTypeOf(policy);
    this.#type = known ?? typeOf(policy);
    this.#handsBack = known !== undefined;
    this.#counts.declare(this.#type);
    this.listeners = [
      onHandledFailure(policy, (reason) => {
        // A failure of none of our calls is one of a call that began before we were here.
        if (this.#current === undefined) return;
        countError(settings, 'fallback', reason);
        this.#current.handled = reason;
        this.#current = undefined;
      }),
    ];

    const layer = this;
    this.execute = function execute(fn, signal) {
      const stack = entered();
      const call = new FallbackCall(layer, stack, signal);
      const told = stack?.answersFor(policy, call);
      executions?.begin(call);
      layer.open++;
      const settled = () => {
        layer.#current = call;
      };
      const inner: Fn = (context, second) => {
        call.called = true;
        enter(stack);
        try {
          return watch(callWith(fn, context, second), settled);
        } catch (error) {
          settled();
          throw error;
        } finally {
          leave();
        }
      };
      const answered = original.call(this, inner, signal);
      return told ? answered : answer(answered, call);
    };
  }

  end(call: FallbackCall, ok: boolean, value: unknown): void {
    if (this.#current === call) this.#current = undefined;
    const result = this.#resultOf(call, ok, value);
    this.#counts.count(result, this.#type);
    if (result === RESULT.used) fellBack(call);
    this.#executions?.end(call, ok, value);
    this.closed();
  }

  #resultOf({ handled }: FallbackCall, ok: boolean, value: unknown): number {
    if (handled === undefined) return RESULT.not_used;
    const same = this.#handsBack && 'value' in handled && Object.is(handled.value, value);
    return ok && !same ? RESULT.used : RESULT.failed;
  }
}

class FallbackCall extends Call {
  readonly layer: FallbackLayer;
  /** The failure that the fallback took on itself. */
  handled: Reason | undefined;

  constructor(layer: FallbackLayer, stack: Call | undefined, signal: AbortSignal | undefined) {
    super(stack, signal);
    this.layer = layer;
    this.handled = undefined;
  }

  end(ok: boolean, value: unknown): void {
    this.layer.end(this, ok, value);
  }
}

/** A policy that was made here tells what it does. */
function knownTypeOf(policy: Fallback & { [FALLBACK_TYPE]?: unknown }): FallbackType | undefined {
  return FALLBACK_TYPES.find((type) => type === policy[FALLBACK_TYPE]);
}

/**
 * cockatiel turns a value into a function that returns it, so only the text of that function tells.
 * Where a bundler has changed it, the fallback counts as a function, which it is by then.
 */
function typeOf(policy: Fallback): FallbackType {
  return String((policy as { value?: unknown }).value) === '() => valueOrFactory'
    ? 'value'
    : 'function';
}

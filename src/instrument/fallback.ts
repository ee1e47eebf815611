import { FALLBACK_RESULT as RESULT, type FallbackAggregate } from '../aggregate/fallback.ts';
import type { FallbackType } from '../semconv/attributes.ts';
import { answer } from './answer.ts';
import { countError, type Layer, type Settings } from './layer.ts';
import type { Execute, Fallback, Fn } from './policy.ts';
import { type Call, descend, entered, fellBack, type Run } from './run.ts';
import { watch } from './watch.ts';

export class FallbackLayer implements Layer {
  readonly execute: Execute;
  readonly listeners: Layer['listeners'];
  readonly #counts: FallbackAggregate;
  readonly #type: FallbackType;
  /** The call whose function has just settled: an event that comes now is about it. */
  #current: FallbackCall | undefined;

  constructor(policy: Fallback, original: Execute, settings: Settings) {
    this.#counts = settings.scope.ofFallback();
    this.#type = typeOf(policy);
    this.#counts.declare(this.#type);
    this.listeners = [
      policy.onFailure(({ handled, reason }) => {
        if (!handled) return;
        countError(settings, 'fallback', reason);
        if (this.#current) this.#current.handled = true;
      }),
    ];

    const layer = this;
    this.execute = function execute(fn, signal) {
      const run = entered();
      const call = new FallbackCall(layer, run);
      const claimed = run?.claim(policy, call) ?? false;
      const settled = () => {
        layer.#current = call;
      };
      const inner: Fn = (...args) => {
        try {
          return watch(descend(run, fn, args), settled);
        } catch (error) {
          settled();
          throw error;
        }
      };
      return answer(original.call(this, inner, signal), call, run, claimed);
    };
  }

  end(call: FallbackCall, ok: boolean): void {
    if (this.#current === call) this.#current = undefined;
    const result = call.handled ? (ok ? RESULT.used : RESULT.failed) : RESULT.not_used;
    this.#counts.count(result, this.#type);
    if (result === RESULT.used) fellBack(call.run);
  }
}

class FallbackCall implements Call {
  handled = false;
  readonly run: Run | undefined;
  readonly #layer: FallbackLayer;

  constructor(layer: FallbackLayer, run: Run | undefined) {
    this.#layer = layer;
    this.run = run;
  }

  end(ok: boolean): void {
    this.#layer.end(this, ok);
  }
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

import { RETRY_RESULT as RESULT, type RetryAggregate } from '../aggregate/retry.ts';
import { Announced } from './announced.ts';
import { answer } from './answer.ts';
import { countError, type Layer, type Settings } from './layer.ts';
import type { Execute, Fn, Retry } from './policy.ts';
import { type Call, descend, entered, restart } from './run.ts';

export class RetryLayer implements Layer {
  readonly execute: Execute;
  readonly listeners: Layer['listeners'];
  readonly #counts: RetryAggregate;
  readonly #givenUp = new Announced();
  #open = 0;

  constructor(policy: Retry, original: Execute, settings: Settings) {
    this.#counts = settings.scope.ofRetry();
    this.listeners = [
      policy.onRetry((event) => {
        countError(settings, 'retry', event);
        if (settings.durations) this.#counts.delay.record(event.delay / 1000);
      }),
      policy.onGiveUp((reason) => {
        countError(settings, 'retry', reason);
        if (this.#open > 0) this.#givenUp.add(reason);
      }),
    ];

    const layer = this;
    this.execute = function execute(fn, signal) {
      const run = entered();
      const call = new RetryCall(layer, signal);
      const claimed = run?.claim(policy, call) ?? false;
      const inner: Fn = (...args) => {
        if (++call.attempts > 1) {
          layer.#counts.attempt(call.attempts - 1);
          restart(run);
        }
        call.returned = descend(run, fn, args);
        return call.returned;
      };
      layer.#open++;
      return answer(original.call(this, inner, signal), call, run, claimed);
    };
  }

  end(call: RetryCall, ok: boolean, value: unknown): void {
    this.#givenUp.decide(ok, value, call.returned, (gaveUp) => {
      this.#counts.calls.add(resultOf(call, ok, gaveUp));
      if (--this.#open === 0) this.#givenUp.clear();
    });
  }
}

function resultOf(call: RetryCall, ok: boolean, gaveUp: boolean): number {
  // onGiveUp fires for both, and also where the caller gets the last failed value as a success.
  if (gaveUp) return call.signal?.aborted ? RESULT.aborted : RESULT.exhausted;
  if (!ok) return RESULT.not_retryable;
  return call.attempts > 1 ? RESULT.success_after_retry : RESULT.success_without_retry;
}

class RetryCall implements Call {
  attempts = 0;
  returned: unknown;
  readonly signal: AbortSignal | undefined;
  readonly #layer: RetryLayer;

  constructor(layer: RetryLayer, signal: AbortSignal | undefined) {
    this.#layer = layer;
    this.signal = signal;
  }

  end(ok: boolean, value: unknown): void {
    this.#layer.end(this, ok, value);
  }
}

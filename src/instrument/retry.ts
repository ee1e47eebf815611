import { RETRY_RESULT as RESULT, type RetryAggregate } from '../aggregate/retry.ts';
import { running } from '../aggregate/running.ts';
import { Announced, type Inner } from './announced.ts';
import { answer } from './answer.ts';
import { Call, enter, entered, leave, restart } from './call.ts';
import type { Executions } from './execution.ts';
import { callWith, countError, type Layer, ListeningLayer, type Settings } from './layer.ts';
import type { AsyncExecute, Execute, Fn, Retry } from './policy.ts';

export class RetryLayer extends ListeningLayer {
  readonly execute: Execute;
  readonly listeners: Layer['listeners'];
  readonly #counts: RetryAggregate;
  readonly #executions: Executions | undefined;
  readonly #givenUp = new Announced();

  constructor(policy: Retry, original: AsyncExecute, settings: Settings) {
    super();
    this.#counts = settings.scope.ofRetry();
    const { executions } = settings;
    this.#executions = executions;
    this.listeners = [
      policy.onRetry((event) => {
        // Of a call that began before we were here.
        if (this.open === 0) return;
        countError(settings, 'retry', event);
        if (settings.durations) this.#counts.delay.record(event.delay / 1000);
      }),
      policy.onGiveUp((reason) => {
        if (this.open === 0) return;
        countError(settings, 'retry', reason);
        this.#givenUp.add(reason);
      }),
    ];

    const layer = this;
    this.execute = function execute(fn, signal) {
      const stack = entered();
      const call = new RetryCall(layer, stack, signal);
      const told = stack?.answersFor(policy, call);
      executions?.begin(call);
      layer.open++;
      const inner: Fn = (context, second) => {
        call.called = true;
        if (++call.attempts > 1) {
          layer.#counts.attempt(call.attempts - 1);
          restart(call);
          if (running.watched) running.attempt(call, call.attempts);
        }
        enter(stack);
        try {
          call.threw = false;
          call.gave = callWith(fn, context, second);
          return call.gave;
        } catch (error) {
          call.threw = true;
          call.gave = error;
          throw error;
        } finally {
          leave();
        }
      };
      const answered = original.call(this, inner, signal);
      return told ? answered : answer(answered, call);
    };
  }

  end(call: RetryCall, ok: boolean, value: unknown): void {
    if (this.#givenUp.none) {
      this.#left(call, ok, value, false);
    } else {
      this.#givenUp.decide(ok, value, call, (reason) =>
        this.#left(call, ok, value, reason !== undefined),
      );
    }
    this.#executions?.end(call, ok, value);
  }

  #left(call: RetryCall, ok: boolean, value: unknown, gaveUp: boolean): void {
    this.#counts.calls.add(resultOf(call, ok, value, gaveUp));
    if (this.closed()) this.#givenUp.clear();
  }
}

function resultOf(call: RetryCall, ok: boolean, value: unknown, gaveUp: boolean): number {
  // onGiveUp fires for both, and also where the caller gets the last failed value as a success.
  if (gaveUp) return call.signal?.aborted ? RESULT.aborted : RESULT.exhausted;
  // A retry that notices the abort in its backoff answers the reason of it, and does not give up.
  if (!ok) {
    const { signal } = call;
    return signal?.aborted && value === signal.reason ? RESULT.aborted : RESULT.not_retryable;
  }
  return call.attempts > 1 ? RESULT.success_after_retry : RESULT.success_without_retry;
}

class RetryCall extends Call implements Inner {
  readonly layer: RetryLayer;
  attempts: number;
  gave: unknown;
  threw: boolean;

  constructor(layer: RetryLayer, stack: Call | undefined, signal: AbortSignal | undefined) {
    super(stack, signal);
    this.layer = layer;
    this.attempts = 0;
    this.gave = undefined;
    this.threw = false;
  }

  end(ok: boolean, value: unknown): void {
    this.layer.end(this, ok, value);
  }
}

import { type FallbackMetrics, FALLBACK_RESULT as RESULT } from '../metrics/fallback.ts';
import { FALLBACK_TYPE, FALLBACK_TYPES, type FallbackType } from '../semconv/attributes.ts';
import { Call, markFellBack, markHandled } from './call.ts';
import { type InvocationObserver, isValueFallback } from './cockatiel-internals.ts';
import type { Executions } from './executions.ts';
import {
  countError,
  ExecutorInstrumentation,
  type InstrumentationSettings,
} from './policy-instrumentation.ts';
import type { AnyPolicy, Execute, FailureReason } from './policy-types.ts';
import type { ShortCall } from './short-call.ts';

export class FallbackInstrumentation extends ExecutorInstrumentation {
  readonly execute: Execute;
  readonly settings: InstrumentationSettings;
  readonly #counts: FallbackMetrics;
  readonly #executions: Executions | undefined;
  readonly #type: FallbackType;
  /** Whether the fallback returns the failed result itself if it has no replacement. */
  readonly #mayReturnFailed: boolean;

  constructor(policy: AnyPolicy, original: Execute, settings: InstrumentationSettings) {
    super(policy);
    this.settings = settings;
    this.#counts = settings.metrics.fallbackMetrics();
    const { executions } = settings;
    this.#executions = executions;
    const declared = declaredTypeOf(policy);
    this.#type = declared ?? (isValueFallback(policy) ? 'value' : 'function');
    this.#mayReturnFailed = declared !== undefined;
    this.#counts.declare(this.#type);
    this.execute = this.executeOf(
      policy,
      original,
      settings,
      (parent, signal) => new FallbackCall(this, parent, signal),
    );
  }

  protected override get isShort(): boolean {
    return true;
  }

  override succeeded(amount: 1 | -1): void {
    this.#counts.count(RESULT.not_used, this.#type, amount);
  }

  continueCall(outer: Call, { signal }: ShortCall): FallbackCall {
    return new FallbackCall(this, outer, signal);
  }

  settled(call: FallbackCall, ok: boolean, value: unknown): void {
    const result = this.#resultOf(call, ok, value);
    this.#counts.count(result, this.#type);
    if (result === RESULT.used) markFellBack(call);
    this.#executions?.end(call, ok, value);
    this.callSettled();
  }

  #resultOf({ handled }: FallbackCall, ok: boolean, value: unknown): number {
    if (handled === undefined) return RESULT.not_used;
    const isFailedResult =
      this.#mayReturnFailed && 'value' in handled && Object.is(handled.value, value);
    return ok && !isFailedResult ? RESULT.used : RESULT.failed;
  }
}

class FallbackCall extends Call implements InvocationObserver {
  declare readonly owner: FallbackInstrumentation;
  /** The failure that the fallback answers. */
  handled: FailureReason | undefined = undefined;

  override functionCalled(): boolean {
    return this.owner.observe(this);
  }

  functionSettled(ok: boolean, value: unknown, handled: boolean | undefined): void {
    this.settleInner(ok, value);
    if (!ok) markHandled(this, handled);
    this.handled = handled ? (ok ? { value } : { error: value }) : undefined;
    if (this.handled) countError(this.owner.settings, 'fallback', this.handled);
  }
}

/** A policy of this package declares its type. */
function declaredTypeOf(policy: object): FallbackType | undefined {
  const declared = (policy as { [FALLBACK_TYPE]?: unknown })[FALLBACK_TYPE];
  return FALLBACK_TYPES.find((type) => type === declared);
}

/**
 * Contains every use of a private member of cockatiel 3.2 and 4.0. The code checks the shape of each
 * member first. If the shape differs, only the policy's public members are observed, and counts are
 * less exact.
 */
import { RETRY_BUDGET, type RetryBudgetState } from '../metrics/retry.ts';

type Fn = (...args: unknown[]) => unknown;

interface Disposable {
  dispose(): void;
}

/** `ExecuteWrapper`: runs the function and decides whether the policy handles its result. */
interface Executor {
  invoke(fn: Fn, ...args: unknown[]): Promise<unknown>;
  errorFilter(error: unknown): boolean;
  resultFilter(value: unknown): boolean;
  readonly successEmitter: unknown;
  readonly failureEmitter: unknown;
}

/** Receives the result of one invocation of the function. Must not throw. */
export interface InvocationObserver {
  /**
   * The function settled, and cockatiel continues with its result. Runs a second time if a listener
   * of `onSuccess` throws, because cockatiel treats that error as the function's.
   *
   * @param handled whether the policy handles the result as a failure; `undefined` if the error filter
   *   threw
   */
  functionSettled(ok: boolean, value: unknown, handled: boolean | undefined): void;
}

/** The invocation whose function runs synchronously now, before its first `await`. */
let current: ExecuteWrapper | undefined;

/**
 * Replaces the executor as `this` of one `invoke` call, so that each filter call belongs to a known
 * invocation: cockatiel calls exactly one filter, synchronously, when the function has settled. The
 * subclasses have the name of cockatiel's class because stack traces show it.
 */
export abstract class InvocationExecutor implements Omit<Executor, 'invoke'> {
  readonly executor: Executor;

  constructor(executor: Executor) {
    this.executor = executor;
  }

  get successEmitter(): unknown {
    return this.executor.successEmitter;
  }

  get failureEmitter(): unknown {
    return this.executor.failureEmitter;
  }

  resultFilter(value: unknown): boolean {
    const handled = this.executor.resultFilter(value);
    this.settled(true, value, Boolean(handled));
    return handled;
  }

  errorFilter(error: unknown): boolean {
    let handled: boolean | undefined;
    try {
      const result = this.executor.errorFilter(error);
      handled = Boolean(result);
      return result;
    } finally {
      this.settled(false, error, handled);
    }
  }

  protected abstract settled(ok: boolean, value: unknown, handled: boolean | undefined): void;
}

/** The executor of an invocation that finds its observer when it calls the function. */
class ExecuteWrapper extends InvocationExecutor {
  readonly tap: InvocationTap;
  observer: InvocationObserver | undefined = undefined;

  constructor(tap: InvocationTap, executor: Executor) {
    super(executor);
    this.tap = tap;
  }

  protected override settled(ok: boolean, value: unknown, handled: boolean | undefined): void {
    if (this.observer) this.observer.functionSettled(ok, value, handled);
    else this.tap.unobserved.delete(this);
  }
}

const TAP = Symbol.for('cockatiel-otel.invocation-tap');

interface TappedExecutor extends Executor {
  [TAP]?: InvocationTap;
}

/** Makes the invocations of one executor observable. All observers of the executor share one tap. */
export class InvocationTap implements Disposable {
  /** Invocations without an `observe` call: a decorated `execute` may call the function later. */
  readonly unobserved = new Set<ExecuteWrapper>();
  /** The executor of the invocation that begins next; `undefined` to create one. */
  next: InvocationExecutor | undefined = undefined;
  #users = 0;
  /** By function that was passed to `execute`, the function that its further invocations call. */
  #again: WeakMap<Fn, Fn> | undefined;
  readonly executor: TappedExecutor;
  readonly #replaced: Disposable;

  /** @returns `undefined` if the policy has no executor of the known shape */
  static of(policy: object): InvocationTap | undefined {
    const { executor } = policy as { executor?: Partial<TappedExecutor> };
    if (!isExecutor(executor)) return undefined;
    return (executor[TAP] ?? new InvocationTap(executor)).retain();
  }

  private constructor(executor: TappedExecutor) {
    this.executor = executor;
    const tap = this;
    const { invoke } = executor;
    this.#replaced = replaceMethod(
      executor,
      'invoke',
      function tapped(this: Executor, fn, ...args) {
        const { next } = tap;
        if (next !== undefined) {
          tap.next = undefined;
          return invoke.call(next, fn, args[0]);
        }
        const outer = current;
        const invocation = new ExecuteWrapper(tap, this);
        current = invocation;
        try {
          return invoke.call(invocation, tap.wrapAgain(fn), ...args);
        } finally {
          current = outer;
          if (invocation.observer === undefined) tap.unobserved.add(invocation);
        }
      },
    );
    Object.defineProperty(executor, TAP, { value: this, configurable: true, writable: true });
  }

  /** A further invocation with the function of an earlier, short call. */
  wrapAgain(fn: Fn): Fn {
    return this.#again === undefined ? fn : (this.#again.get(fn) ?? fn);
  }

  /** Replaces a function, which this policy alone has, in its further invocations. */
  replace(fn: Fn, by: Fn): void {
    this.#again ??= new WeakMap();
    this.#again.set(fn, by);
  }

  /** Adds a user, which may come from another copy of this package. */
  retain(): this {
    this.#users++;
    return this;
  }

  /**
   * The wrapped function calls this first.
   *
   * @returns `false` if the executor did not call the function, and so no result will be reported
   */
  observe(observer: InvocationObserver): boolean {
    const invocation = current?.tap === this ? current : this.#oldestUnobserved();
    if (invocation === undefined) return false;
    invocation.observer = observer;
    return true;
  }

  #oldestUnobserved(): ExecuteWrapper | undefined {
    const [oldest] = this.unobserved;
    if (oldest) this.unobserved.delete(oldest);
    return oldest;
  }

  /** Removes a user. The last one restores the executor. */
  dispose(): void {
    if (--this.#users > 0) return;
    delete this.executor[TAP];
    this.#replaced.dispose();
  }
}

/**
 * Runs `listener` before all listeners of an event, without subscribing. A user's listener that throws
 * would prevent later listeners from running. A second subscription would also make cockatiel store
 * its listeners as a list, and a listener added during an emit would then run in that same emit.
 *
 * @returns `undefined` if the emitter has another shape
 */
export function tapEmitter(
  policy: object,
  member: string,
  listener: (event: never) => void,
): Disposable | undefined {
  const emitter = (policy as Record<string, unknown>)[member] as { emit: Fn } | undefined;
  if (typeof emitter?.emit !== 'function' || !Object.isExtensible(emitter)) return undefined;
  const { emit } = emitter;
  return replaceMethod(emitter, 'emit', function tapped(this: unknown, ...args) {
    listener(args[0] as never);
    return emit.apply(this, args);
  });
}

/**
 * Defines an own method that shadows the inherited one, until it is disposed. If another replacement
 * shadows it by then, it stays in place, and its owner ignores later calls.
 */
function replaceMethod<K extends string, T extends { [key in K]: unknown }>(
  object: T,
  key: K,
  value: T[K],
): Disposable {
  const own = Object.getOwnPropertyDescriptor(object, key);
  Object.defineProperty(object, key, { value, configurable: true, writable: true });
  return {
    dispose() {
      if (object[key] !== value) return;
      if (own) Object.defineProperty(object, key, own);
      else delete (object as Partial<T>)[key];
    },
  };
}

/**
 * Whether the `execute` of a policy is cockatiel's own, which calls its function before it returns,
 * provided a breaker is closed and a bulkhead has a free slot.
 */
export function callsAtOnce(execute: unknown): boolean {
  return (
    execute instanceof AsyncFunction &&
    /\.executor\s*\.invoke\(|\bthis\.active\+\+/.test(Function.prototype.toString.call(execute))
  );
}

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

function isExecutor(value: Partial<Executor> | undefined): value is TappedExecutor {
  return (
    typeof value?.invoke === 'function' &&
    typeof value.errorFilter === 'function' &&
    typeof value.resultFilter === 'function' &&
    typeof value.successEmitter === 'object' &&
    typeof value.failureEmitter === 'object' &&
    Object.isExtensible(value)
  );
}

/** The limit of a timeout in ms. */
export function durationOf(policy: object): number | undefined {
  return numberOf(policy, 'duration');
}

/** Whether a timeout is aggressive: it rejects without waiting for its function. */
export function isRace(policy: object): boolean {
  return (policy as { options?: { strategy?: unknown } }).options?.strategy === 'aggressive';
}

/** The maximum number of retries after the first attempt. */
export function maxAttemptsOf(policy: object): number | undefined {
  const { options } = policy as { options?: object };
  return options && numberOf(options, 'maxAttempts');
}

/** The budget of a retry whose filters `RetryBudget` has wrapped. */
export function retryBudgetOf(policy: object): RetryBudgetState | undefined {
  const filter = memberOf(memberOf(policy, 'executor'), 'errorFilter');
  return (filter as { [RETRY_BUDGET]?: RetryBudgetState } | undefined)?.[RETRY_BUDGET];
}

/** The limits of a bulkhead. */
export function capacityOf(policy: object, member: 'capacity' | 'queueCapacity') {
  return numberOf(policy, member);
}

/**
 * Whether a fallback was created with a value instead of a function. cockatiel wraps a value in a
 * function that returns it, so only the source text of that function shows the difference. In a
 * minified bundle cockatiel's classes lose their names. There, every function that only returns a
 * variable counts as a value.
 */
export function isValueFallback(policy: object): boolean {
  const text = String((policy as { value?: unknown }).value);
  return policy.constructor.name === 'FallbackPolicy'
    ? text === '() => valueOrFactory'
    : /^\(\)\s*=>\s*[\w$]+$/.test(text);
}

function numberOf(policy: object, member: string): number | undefined {
  const value = (policy as Record<string, unknown>)[member];
  return typeof value === 'number' ? value : undefined;
}

export interface BreakerOptions {
  readonly failureLimit: number | undefined;
  readonly openSeconds: number | undefined;
  /** How long the circuit stays open this time, in ms; `undefined` if a backoff has not decided yet. */
  readonly waitMs: number | undefined;
}

/** The options of a circuit breaker. A member of another shape is `undefined`. */
export function breakerOptionsOf(policy: object): BreakerOptions {
  const options = memberOf(policy, 'options');
  const breaker = memberOf(options, 'breaker');
  const threshold = memberOf(breaker, 'threshold');
  // The threshold of a breaker whose state is not a number is a share.
  const isCount = typeof memberOf(breaker, 'state') === 'number' && Number.isInteger(threshold);
  const halfOpenAfter = milliseconds(memberOf(options, 'halfOpenAfter'));
  const backoff = memberOf(memberOf(policy, 'innerState'), 'backoff');
  return {
    failureLimit: isCount ? (threshold as number) : undefined,
    openSeconds: halfOpenAfter === undefined ? undefined : halfOpenAfter / 1000,
    waitMs: halfOpenAfter ?? milliseconds(memberOf(backoff, 'duration')),
  };
}

function milliseconds(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : undefined;
}

/** @returns `undefined` if there is no such member or its getter throws */
function memberOf(value: unknown, name: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}

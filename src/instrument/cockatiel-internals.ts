/**
 * Every use of a private member of cockatiel 3.2 and 4.0. Each is checked by its shape first; where
 * it has another, the policy is observed by its public members alone, and counts less exactly.
 */

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

/** Learns how an invocation of its function ended. Must not throw. */
export interface InvocationObserver {
  /**
   * The function settled, and cockatiel continues with its result. Runs once more if a listener of
   * `onSuccess` then throws: cockatiel treats that as the error of the function.
   *
   * @param handled whether the policy treats the result as a failure to act on; `undefined` if the
   *   filter for errors threw
   */
  functionSettled(ok: boolean, value: unknown, handled: boolean | undefined): void;
}

/** The invocation whose function runs now, before its first `await`. */
let current: ExecuteWrapper | undefined;

/**
 * Stands in for the executor as `this` of one `invoke`, so that its filters know the call: cockatiel
 * asks exactly one of them, synchronously, when the function has settled. It has the name of
 * cockatiel's class, as stack traces show it.
 */
class ExecuteWrapper implements Omit<Executor, 'invoke'> {
  readonly tap: InvocationTap;
  readonly executor: Executor;
  observer: InvocationObserver | undefined = undefined;

  constructor(tap: InvocationTap, executor: Executor) {
    this.tap = tap;
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
    this.#settled(true, value, Boolean(handled));
    return handled;
  }

  errorFilter(error: unknown): boolean {
    let handled: boolean | undefined;
    try {
      const result = this.executor.errorFilter(error);
      handled = Boolean(result);
      return result;
    } finally {
      this.#settled(false, error, handled);
    }
  }

  #settled(ok: boolean, value: unknown, handled: boolean | undefined): void {
    if (this.observer) this.observer.functionSettled(ok, value, handled);
    else this.tap.unobserved.delete(this);
  }
}

const TAP = Symbol.for('cockatiel-otel.invocation-tap');

interface TappedExecutor extends Executor {
  [TAP]?: InvocationTap;
}

/** Makes the invocations of one executor observable, for all who ask for that. */
export class InvocationTap implements Disposable {
  /** Invocations whose function has not called `observe` yet: a decorated `execute` may wait in it. */
  readonly unobserved = new Set<ExecuteWrapper>();
  #users = 0;
  readonly #executor: TappedExecutor;
  readonly #replaced: Disposable;

  /** `undefined` if the policy has no executor of the known shape. */
  static of(policy: object): InvocationTap | undefined {
    const { executor } = policy as { executor?: Partial<TappedExecutor> };
    if (!isExecutor(executor)) return undefined;
    return (executor[TAP] ?? new InvocationTap(executor)).retain();
  }

  private constructor(executor: TappedExecutor) {
    this.#executor = executor;
    const tap = this;
    const { invoke } = executor;
    this.#replaced = replaceMethod(
      executor,
      'invoke',
      function tapped(this: Executor, fn, ...args) {
        const outer = current;
        const invocation = new ExecuteWrapper(tap, this);
        current = invocation;
        try {
          return invoke.call(invocation, fn, ...args);
        } finally {
          current = outer;
          if (invocation.observer === undefined) tap.unobserved.add(invocation);
        }
      },
    );
    Object.defineProperty(executor, TAP, { value: this, configurable: true, writable: true });
  }

  /** One more user; it may have another copy of this class. */
  retain(): this {
    this.#users++;
    return this;
  }

  /**
   * Called first by the function of a call.
   *
   * @returns `false` if it is called by something else than the executor, and nothing will be reported
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

  /** One of its users is done; the last one takes it off. */
  dispose(): void {
    if (--this.#users > 0) return;
    delete this.#executor[TAP];
    this.#replaced.dispose();
  }
}

/**
 * Runs `listener` before the listeners of an event, whatever those do: one that throws keeps later
 * ones from hearing the event, and one that subscribes would be heard in the same emit if ours made
 * cockatiel keep a list of two.
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
 * Puts an own method in front of the inherited one, until it is disposed. If another replacement
 * stands in front of it by then, it stays, and its listener ignores it.
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

/** Whether a timeout is aggressive: it races its function. */
export function isRace(policy: object): boolean {
  return (policy as { options?: { strategy?: unknown } }).options?.strategy === 'aggressive';
}

/** How often a retry calls its function again at most. */
export function maxAttemptsOf(policy: object): number | undefined {
  const { options } = policy as { options?: object };
  return options && numberOf(options, 'maxAttempts');
}

/** The limits of a bulkhead. */
export function capacityOf(policy: object, member: 'capacity' | 'queueCapacity') {
  return numberOf(policy, member);
}

/**
 * Whether a fallback was given a value: cockatiel turns it into a function that returns it, and only
 * the text of that function shows it. In a minified bundle, where cockatiel's classes have lost their
 * names, every function that just returns a variable counts as a value.
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

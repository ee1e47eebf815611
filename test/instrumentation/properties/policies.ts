import type { Cockatiel } from '../../support/cockatiel.ts';
import type { Materials } from './materials.ts';
import type { AnswerSpec, BackoffSpec, BreakerSpec, FilterSpec, PolicySpec } from './scenario.ts';
import { asSubclass, countingCalls } from './subclass.ts';
import type { Trace } from './trace.ts';

export type Fn = (...args: unknown[]) => unknown;

/** What a stack is made of. */
export interface Policy {
  execute(fn: Fn, signal?: AbortSignal): unknown;
}

type Listen = (listener: (event: unknown) => void) => { dispose(): void };

/** The events of each policy. */
export const EVENTS = {
  retry: ['onSuccess', 'onFailure', 'onRetry', 'onGiveUp'],
  'circuit breaker': [
    'onSuccess',
    'onFailure',
    'onBreak',
    'onReset',
    'onHalfOpen',
    'onStateChange',
  ],
  timeout: ['onSuccess', 'onFailure', 'onTimeout'],
  bulkhead: ['onSuccess', 'onFailure', 'onReject'],
  fallback: ['onSuccess', 'onFailure'],
  noop: ['onSuccess', 'onFailure'],
  custom: [],
} as const satisfies Record<PolicySpec['type'], readonly string[]>;

export function listen(policy: Policy, event: string, listener: (event: unknown) => void) {
  return (policy as unknown as Record<string, Listen>)[event]?.(listener);
}

/** What a filter of the specification says; it may throw. */
export function accepts(
  filter: FilterSpec,
  materials: Materials,
  ok: boolean,
  thing: unknown,
): boolean {
  const index = materials.indexOf(ok, thing);
  if (index >= 0 && index === filter.throwsFor) throw materials.fault;
  if (ok) return filter.results.includes(index);
  return index < 0 ? filter.others : filter.errors.includes(index);
}

/** Makes policies whose hooks write into a trace. */
export class Factory {
  readonly #cockatiel: Cockatiel;
  readonly #materials: Materials;
  readonly #trace: Trace;

  constructor(cockatiel: Cockatiel, materials: Materials, trace: Trace) {
    this.#cockatiel = cockatiel;
    this.#materials = materials;
    this.#trace = trace;
  }

  make(spec: PolicySpec, label: string, isSubclassed: boolean): Policy {
    const policy = this.#make(spec, label) as Policy;
    const isCockatiels = spec.type !== 'custom' && spec.type !== 'noop';
    return isSubclassed && isCockatiels ? asSubclass(policy, countingCalls) : policy;
  }

  #make(spec: PolicySpec, label: string): unknown {
    const { retry, circuitBreaker, timeout, bulkhead, fallback, noop, TimeoutStrategy } =
      this.#cockatiel;
    switch (spec.type) {
      case 'retry': {
        const policy = retry(this.#filter(spec.filter, label), {
          maxAttempts: spec.maxAttempts,
          ...this.#backoff(spec.backoff, label),
        });
        return spec.unref ? policy.dangerouslyUnref() : policy;
      }
      case 'circuit breaker':
        return circuitBreaker(this.#filter(spec.filter, label), {
          halfOpenAfter: spec.halfOpenAfter,
          breaker: this.#breaker(spec.breaker),
          ...(spec.halfOpenSampling && { halfOpenSampling: { ...spec.halfOpenSampling } }),
          ...(spec.initial !== 'closed' && { initialState: this.#hydrated(spec) }),
        });
      case 'timeout': {
        const policy = timeout(spec.ms, {
          strategy: spec.aggressive ? TimeoutStrategy.Aggressive : TimeoutStrategy.Cooperative,
          abortOnReturn: spec.abortOnReturn,
        });
        return spec.unref ? policy.dangerouslyUnref() : policy;
      }
      case 'bulkhead':
        return bulkhead(spec.capacity, spec.queue);
      case 'fallback':
        return fallback(this.#filter(spec.filter, label), this.#answer(spec.answer, label));
      case 'noop':
        return noop;
      case 'custom':
        return { ...SHAPES[spec.shape], ...custom[spec.style]() };
    }
  }

  #filter(spec: FilterSpec, label: string) {
    const ask = (ok: boolean) => (thing: unknown) => {
      this.#trace.sees(`${label} is asked of ${this.#trace.outcome(ok, thing)}`);
      return accepts(spec, this.#materials, ok, thing);
    };
    return this.#cockatiel.handleWhen(ask(false)).orWhenResult(ask(true));
  }

  #backoff(spec: BackoffSpec, label: string) {
    const {
      ConstantBackoff,
      DelegateBackoff,
      ExponentialBackoff,
      IterableBackoff,
      noJitterGenerator,
    } = this.#cockatiel;
    switch (spec.kind) {
      case 'default':
        return {};
      case 'constant':
        return { backoff: new ConstantBackoff(spec.ms) };
      case 'exponential':
        return {
          backoff: new ExponentialBackoff({
            generator: noJitterGenerator,
            initialDelay: spec.ms,
            maxDelay: 10,
          }),
        };
      case 'iterable':
        return { backoff: new IterableBackoff(spec.ms) };
      case 'delegate':
        return {
          backoff: new DelegateBackoff(({ attempt }: { attempt: number }) => {
            this.#trace.sees(`${label} backs off before attempt ${attempt}`);
            if (spec.throws) throw this.#materials.fault;
            return spec.ms;
          }),
        };
    }
  }

  #breaker(spec: BreakerSpec) {
    const { ConsecutiveBreaker, CountBreaker, SamplingBreaker } = this.#cockatiel;
    switch (spec.kind) {
      case 'consecutive':
        return new ConsecutiveBreaker(spec.threshold);
      case 'sampling':
        return new SamplingBreaker({ ...spec, minimumRps: 1 });
      case 'count':
        return new CountBreaker(spec);
    }
  }

  /** What `toJSON()` of such a breaker would have given. */
  #hydrated(spec: PolicySpec & { type: 'circuit breaker' }) {
    const { CircuitState } = this.#cockatiel;
    const ownState =
      spec.initial === 'open'
        ? { value: CircuitState.Open, openedAt: Date.now(), attemptNo: 1 }
        : { value: CircuitState.Isolated, counters: 1 };
    return { ownState, breakerState: this.#breaker(spec.breaker).state };
  }

  #answer(spec: AnswerSpec, label: string): unknown {
    if (spec.kind === 'value') return this.#materials.of(true, spec.value);
    return (...args: unknown[]) => {
      this.#trace.sees(`${label} answers instead (${args.length} arguments)`);
      if (spec.kind === 'never') return new Promise(() => {});
      const thing = this.#materials.of(spec.ok, spec.index);
      if (spec.kind === 'later') {
        return new Promise((resolve, reject) => {
          setTimeout(() => (spec.ok ? resolve : reject)(thing), spec.ms);
        });
      }
      if (spec.ok) return thing;
      throw thing;
    };
  }
}

const event = () => ({ dispose() {} });

/** Members by which a test double looks like a policy of cockatiel. */
const SHAPES = {
  own: {},
  'circuit breaker': { state: 0, isolate: event, onFailure: event, onStateChange: event },
  retry: { onRetry: event, onGiveUp: event, dangerouslyUnref: event },
  timeout: { onTimeout: event, dangerouslyUnref: event },
  bulkhead: { executionSlots: 1, queueSlots: 0, onReject: event },
  fallback: { onFailure: event, onSuccess: event, executor: {}, value: () => 'instead' },
};

/** Policies as users write them. */
const custom = {
  /** Hands on, and adds nothing. */
  sync: () => ({
    execute(fn: Fn, signal?: AbortSignal) {
      return fn({ signal });
    },
  }),
  async: () => ({
    async execute(fn: Fn, signal?: AbortSignal) {
      return await fn({ signal });
    },
  }),
  /** Calls the function when the caller has gone on already. */
  late: () => ({
    async execute(fn: Fn, signal?: AbortSignal) {
      await undefined;
      return fn({ signal });
    },
  }),
  /** Answers by itself, and leaves the function to its fate. */
  drops: () => ({
    execute(fn: Fn, signal?: AbortSignal) {
      fn({ signal });
      return 'dropped';
    },
  }),
  /** A retry made by hand. */
  again: () => ({
    async execute(fn: Fn, signal?: AbortSignal) {
      try {
        return await fn({ signal });
      } catch {
        return fn({ signal });
      }
    },
  }),
};

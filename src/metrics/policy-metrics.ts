import { ATTR_POLICY_NAME } from '../semconv/attributes.ts';
import type { Metric } from '../semconv/metrics.ts';
import { processWide } from '../shared/process-wide.ts';
import type { BreakerControl } from './breaker-control.ts';
import { BulkheadAggregate } from './bulkhead.ts';
import { CircuitBreakerAggregate } from './circuit-breaker.ts';
import type { Counts } from './counter-series.ts';
import { DegradationAggregate } from './degradation.ts';
import { DependencyAggregate } from './dependency.ts';
import type { Recorder, RecorderSource } from './duration-histogram.ts';
import { ErrorAggregate } from './errors.ts';
import { ExecutionAggregate } from './execution.ts';
import { FallbackAggregate } from './fallback.ts';
import { RetryAggregate } from './retry.ts';
import { TimeoutAggregate } from './timeout.ts';

/** Constant attributes that the user gave. */
export type ConstantAttributes = Readonly<Record<string, string | number | boolean>>;

/** What is read from a policy at collection, because it is a state and not an event. */
export interface Sampled {
  sample(): void;
  /** Of a circuit breaker. */
  readonly control?: BreakerControl;
}

/** Is told of faults; must not throw. */
export type Report = (fault: unknown) => void;

/** Of all copies of this package in the process. */
const count = processWide('scopes', () => ({ made: 0 }));

/** Grows with each scope: those of a higher ordinal were made later. */
export function scopesMade(): number {
  return count.made;
}

interface Aggregate {
  counts(): readonly Counts[];
  clearGauges?(): void;
}

/**
 * All numbers under one name and one set of constant attributes, of however many policies, or of
 * other subjects of the catalog.
 */
export class Scope implements RecorderSource {
  readonly ordinal = ++count.made;
  readonly name: string;
  /** The attribute that carries the name. */
  readonly subject: string;
  readonly attributes: ConstantAttributes;
  readonly errors = new ErrorAggregate();
  // Set here, as a field that is not would be read from a polluted `Object.prototype`.
  execution: ExecutionAggregate | undefined = undefined;
  circuitBreaker: CircuitBreakerAggregate | undefined = undefined;
  retry: RetryAggregate | undefined = undefined;
  timeout: TimeoutAggregate | undefined = undefined;
  bulkhead: BulkheadAggregate | undefined = undefined;
  fallback: FallbackAggregate | undefined = undefined;
  degradation: DegradationAggregate | undefined = undefined;
  dependency: DependencyAggregate | undefined = undefined;

  /** Set by whoever takes durations. */
  recorder: ((metric: Metric, series: number) => Recorder) | undefined;
  /** Policies that are instrumented now, or what else holds the scope. */
  policies = 0;
  /** Weak, so that a policy which the service drops can go. */
  readonly #sampled = new Set<WeakRef<Sampled>>();
  /** Those of them that have a control: a load balancer asks for them at each of its checks. */
  readonly #controlled = new Set<WeakRef<Sampled>>();
  readonly #report: Report;

  constructor(name: string, attributes: ConstantAttributes, report: Report, subject: string) {
    this.name = name;
    this.subject = subject;
    this.attributes = attributes;
    this.#report = report;
  }

  ofExecution(): ExecutionAggregate {
    this.execution ??= new ExecutionAggregate(this);
    return this.execution;
  }

  ofCircuitBreaker(): CircuitBreakerAggregate {
    this.circuitBreaker ??= new CircuitBreakerAggregate(this);
    return this.circuitBreaker;
  }

  ofRetry(): RetryAggregate {
    this.retry ??= new RetryAggregate(this);
    return this.retry;
  }

  ofTimeout(): TimeoutAggregate {
    this.timeout ??= new TimeoutAggregate();
    return this.timeout;
  }

  ofBulkhead(): BulkheadAggregate {
    this.bulkhead ??= new BulkheadAggregate(this);
    return this.bulkhead;
  }

  ofFallback(): FallbackAggregate {
    this.fallback ??= new FallbackAggregate();
    return this.fallback;
  }

  ofDegradation(): DegradationAggregate {
    this.degradation ??= new DegradationAggregate();
    return this.degradation;
  }

  ofDependency(): DependencyAggregate {
    this.dependency ??= new DependencyAggregate(this);
    return this.dependency;
  }

  /** A fault of ours or of a user's hook: counted and told, never thrown. */
  fault(error: unknown): void {
    this.errors.telemetry.add(0);
    this.#report(error);
  }

  watch(sampled: WeakRef<Sampled>): void {
    this.#sampled.add(sampled);
    if (!sampled.deref()?.control) return;
    this.#controlled.add(sampled);
  }

  unwatch(sampled: WeakRef<Sampled>): void {
    this.#sampled.delete(sampled);
    this.#controlled.delete(sampled);
  }

  /** Brings states and gauges up to date and returns everything there is to report. */
  read(): readonly Counts[] {
    const aggregates = this.#aggregates();
    for (const aggregate of aggregates) aggregate.clearGauges?.();
    for (const sampled of this.#sampled) {
      try {
        sampled.deref()?.sample();
      } catch (fault) {
        this.fault(fault);
      }
    }
    return aggregates.flatMap((aggregate) => aggregate.counts());
  }

  /** Its circuit breakers, to be looked after one by one. */
  controls(): BreakerControl[] {
    const controls: BreakerControl[] = [];
    for (const sampled of this.#controlled) {
      const control = sampled.deref()?.control;
      if (control) controls.push(control);
    }
    return controls;
  }

  get isOfPolicies(): boolean {
    return this.subject === ATTR_POLICY_NAME;
  }

  #aggregates(): Aggregate[] {
    const { execution, circuitBreaker, retry, timeout, bulkhead, fallback } = this;
    const all = [execution, circuitBreaker, retry, timeout, bulkhead, fallback];
    const others = [this.degradation, this.dependency];
    // Errors are those of policies.
    return [...all, ...others, this.isOfPolicies ? this.errors : undefined].filter(
      (each) => each !== undefined,
    );
  }
}

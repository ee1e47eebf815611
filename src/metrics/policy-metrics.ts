import { ATTR_POLICY_NAME } from '../semconv/attributes.ts';
import type { Metric } from '../semconv/metrics.ts';
import { processWide } from '../shared/process-wide.ts';
import type { BreakerControl } from './breaker-control.ts';
import { BulkheadMetrics } from './bulkhead.ts';
import { CircuitBreakerMetrics } from './circuit-breaker.ts';
import type { CounterSeries } from './counter-series.ts';
import { DegradationMetrics } from './degradation.ts';
import { DependencyMetrics } from './dependency.ts';
import type { Recorder, RecorderSource } from './duration-histogram.ts';
import { ErrorMetrics } from './errors.ts';
import { ExecutionMetrics } from './execution.ts';
import { FallbackMetrics } from './fallback.ts';
import { RetryMetrics } from './retry.ts';
import { TimeoutMetrics } from './timeout.ts';

/** Constant attributes that the user gave. */
export type ConstantAttributes = Readonly<Record<string, string | number | boolean>>;

/** What is read from a policy at collection, because it is a state and not an event. */
export interface StateSource {
  readState(): void;
  /** Of a circuit breaker. */
  readonly control?: BreakerControl;
}

/** Is told of faults; must not throw. */
export type FaultHandler = (fault: unknown) => void;

/** Of all copies of this package in the process. */
const count = processWide('scopes', () => ({ made: 0 }));

/** Grows with each scope: those of a higher ordinal were made later. */
export function policyMetricsCreated(): number {
  return count.made;
}

interface Aggregate {
  counts(): readonly CounterSeries[];
  clearGauges?(): void;
}

/**
 * All numbers under one name and one set of constant attributes, of however many policies, or of
 * other subjects of the catalog.
 */
export class PolicyMetrics implements RecorderSource {
  readonly ordinal = ++count.made;
  readonly name: string;
  /** The attribute that carries the name. */
  readonly subject: string;
  readonly attributes: ConstantAttributes;
  readonly errors = new ErrorMetrics();
  // Set here, as a field that is not would be read from a polluted `Object.prototype`.
  execution: ExecutionMetrics | undefined = undefined;
  circuitBreaker: CircuitBreakerMetrics | undefined = undefined;
  retry: RetryMetrics | undefined = undefined;
  timeout: TimeoutMetrics | undefined = undefined;
  bulkhead: BulkheadMetrics | undefined = undefined;
  fallback: FallbackMetrics | undefined = undefined;
  degradation: DegradationMetrics | undefined = undefined;
  dependency: DependencyMetrics | undefined = undefined;

  /** Set by whoever takes durations. */
  createRecorder: ((metric: Metric, series: number) => Recorder) | undefined;
  /** Policies that are instrumented now, or what else holds the scope. */
  registrations = 0;
  /** Weak, so that a policy which the service drops can go. */
  readonly #sampled = new Set<WeakRef<StateSource>>();
  /** Those of them that have a control: a load balancer asks for them at each of its checks. */
  readonly #controlled = new Set<WeakRef<StateSource>>();
  readonly #report: FaultHandler;

  constructor(name: string, attributes: ConstantAttributes, report: FaultHandler, subject: string) {
    this.name = name;
    this.subject = subject;
    this.attributes = attributes;
    this.#report = report;
  }

  executionMetrics(): ExecutionMetrics {
    this.execution ??= new ExecutionMetrics(this);
    return this.execution;
  }

  circuitBreakerMetrics(): CircuitBreakerMetrics {
    this.circuitBreaker ??= new CircuitBreakerMetrics(this);
    return this.circuitBreaker;
  }

  retryMetrics(): RetryMetrics {
    this.retry ??= new RetryMetrics(this);
    return this.retry;
  }

  timeoutMetrics(): TimeoutMetrics {
    this.timeout ??= new TimeoutMetrics();
    return this.timeout;
  }

  bulkheadMetrics(): BulkheadMetrics {
    this.bulkhead ??= new BulkheadMetrics(this);
    return this.bulkhead;
  }

  fallbackMetrics(): FallbackMetrics {
    this.fallback ??= new FallbackMetrics();
    return this.fallback;
  }

  degradationMetrics(): DegradationMetrics {
    this.degradation ??= new DegradationMetrics();
    return this.degradation;
  }

  dependencyMetrics(): DependencyMetrics {
    this.dependency ??= new DependencyMetrics(this);
    return this.dependency;
  }

  /** A fault of ours or of a user's hook: counted and told, never thrown. */
  fault(error: unknown): void {
    this.errors.telemetry.add(0);
    this.#report(error);
  }

  addStateSource(sampled: WeakRef<StateSource>): void {
    this.#sampled.add(sampled);
    if (!sampled.deref()?.control) return;
    this.#controlled.add(sampled);
  }

  removeStateSource(sampled: WeakRef<StateSource>): void {
    this.#sampled.delete(sampled);
    this.#controlled.delete(sampled);
  }

  /** Brings states and gauges up to date and returns everything there is to report. */
  read(): readonly CounterSeries[] {
    const aggregates = this.#aggregates();
    for (const aggregate of aggregates) aggregate.clearGauges?.();
    for (const sampled of this.#sampled) {
      try {
        sampled.deref()?.readState();
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

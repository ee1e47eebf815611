import { ATTR_POLICY_NAME } from '../semconv/attributes.ts';
import type { Metric } from '../semconv/metrics.ts';
import { processWide } from '../shared/process-wide.ts';
import type { BreakerControl } from './breaker-control.ts';
import { BulkheadMetrics } from './bulkhead.ts';
import { CircuitBreakerMetrics } from './circuit-breaker.ts';
import { ConnectionMetrics } from './connection.ts';
import type { CounterSeries } from './counter-series.ts';
import { DegradationMetrics } from './degradation.ts';
import { DependencyMetrics } from './dependency.ts';
import type { Recorder, RecorderSource } from './duration-histogram.ts';
import { ErrorMetrics } from './errors.ts';
import { ExecutionMetrics } from './execution.ts';
import { FallbackMetrics } from './fallback.ts';
import { PoolMetrics } from './pool.ts';
import { RetryMetrics } from './retry.ts';
import { TimeoutMetrics } from './timeout.ts';

/**
 * The constant attributes of a policy.
 *
 * @example
 * const attributes: ConstantAttributes = { 'team.name': 'payments', region: 'eu' };
 */
export type ConstantAttributes = Readonly<Record<string, string | number | boolean>>;

/** Reads the present state of a policy at each collection. */
export interface StateSource {
  readState(): void;
  /** Only circuit breakers have one. */
  readonly control?: BreakerControl;
}

/** Receives faults; must not throw. */
export type FaultHandler = (fault: unknown) => void;

/** Shared by all copies of this package in the process. */
const counter = processWide('policy-metrics', () => ({ created: 0 }));

/** The number of objects that were created. Objects with a larger ordinal are newer. */
export function policyMetricsCreated(): number {
  return counter.created;
}

interface Aggregate {
  counts(): readonly CounterSeries[];
  clearGauges?(): void;
}

/**
 * All metrics of one name and one set of constant attributes, for any number of policies. Dependencies
 * and `gather` calls also use it, with another subject.
 */
export class PolicyMetrics implements RecorderSource {
  readonly ordinal = ++counter.created;
  readonly name: string;
  /** The attribute that has the name. */
  readonly subject: string;
  readonly attributes: ConstantAttributes;
  readonly errors = new ErrorMetrics();
  // Without these initial values, a polluted `Object.prototype` would provide them.
  execution: ExecutionMetrics | undefined = undefined;
  circuitBreaker: CircuitBreakerMetrics | undefined = undefined;
  retry: RetryMetrics | undefined = undefined;
  timeout: TimeoutMetrics | undefined = undefined;
  bulkhead: BulkheadMetrics | undefined = undefined;
  fallback: FallbackMetrics | undefined = undefined;
  degradation: DegradationMetrics | undefined = undefined;
  dependency: DependencyMetrics | undefined = undefined;
  connection: ConnectionMetrics | undefined = undefined;
  pool: PoolMetrics | undefined = undefined;

  /** Set while durations are exported. */
  createRecorder: ((metric: Metric, series: number) => Recorder) | undefined;
  /** Instrumented policies, or other users of these metrics. */
  registrations = 0;
  /** Weak, so that unused policies can be garbage-collected. */
  readonly #stateSources = new Set<WeakRef<StateSource>>();
  /** The state sources of circuit breakers, which `GET /health` reads. */
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

  connectionMetrics(): ConnectionMetrics {
    this.connection ??= new ConnectionMetrics(this);
    return this.connection;
  }

  poolMetrics(): PoolMetrics {
    this.pool ??= new PoolMetrics();
    return this.pool;
  }

  /** Counts and reports a fault of this package or of a user's hook. */
  fault(error: unknown): void {
    this.errors.telemetry.add(0);
    this.#report(error);
  }

  addStateSource(source: WeakRef<StateSource>): void {
    this.#stateSources.add(source);
    if (source.deref()?.control) this.#controlled.add(source);
  }

  removeStateSource(source: WeakRef<StateSource>): void {
    this.#stateSources.delete(source);
    this.#controlled.delete(source);
  }

  /** Updates states and gauges, and returns everything to export. */
  read(): readonly CounterSeries[] {
    const aggregates = this.#aggregates();
    for (const aggregate of aggregates) aggregate.clearGauges?.();
    for (const source of this.#stateSources) {
      try {
        source.deref()?.readState();
      } catch (fault) {
        this.fault(fault);
      }
    }
    return aggregates.flatMap((aggregate) => aggregate.counts());
  }

  /** Its circuit breakers. */
  controls(): BreakerControl[] {
    const controls: BreakerControl[] = [];
    for (const source of this.#controlled) {
      const control = source.deref()?.control;
      if (control) controls.push(control);
    }
    return controls;
  }

  get isOfPolicies(): boolean {
    return this.subject === ATTR_POLICY_NAME;
  }

  #aggregates(): Aggregate[] {
    const { execution, circuitBreaker, retry, timeout, bulkhead, fallback } = this;
    const { degradation, dependency, connection, pool } = this;
    const members = [execution, circuitBreaker, retry, timeout, bulkhead, fallback];
    const errors = this.isOfPolicies ? this.errors : undefined;
    return [...members, degradation, dependency, connection, pool, errors].filter(
      (aggregate) => aggregate !== undefined,
    );
  }
}

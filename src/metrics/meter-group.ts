import {
  ATTR_CONNECTION_NAME,
  ATTR_DB_POOL_NAME,
  ATTR_DEGRADATION_NAME,
  ATTR_DEPENDENCY_NAME,
  ATTR_POLICY_NAME,
} from '../semconv/attributes.ts';
import type { Metric } from '../semconv/metrics.ts';
import type { Recorder } from './duration-histogram.ts';
import {
  type ConstantAttributes,
  type FaultHandler,
  PolicyMetrics,
  type StateSource,
} from './policy-metrics.ts';

/** Names without policies that wait for their last export; the oldest are dropped first. */
const MAX_ENDED = 2000;

/** Dependencies without watchers that are still exported. */
const MAX_UNWATCHED = 500;

/** Keeps the metrics of a name alive until the policy is uninstrumented or garbage-collected. */
export interface Registration {
  readonly group: MeterGroup;
  metrics: PolicyMetrics | undefined;
  readonly stateSource: WeakRef<StateSource> | undefined;
}

/** Creates recorders of durations. */
export type RecorderFactory = (policy: PolicyMetrics, metric: Metric, series: number) => Recorder;

/** One for all groups, because a registry that is garbage itself may not run its callbacks. */
const abandonedPolicies = new FinalizationRegistry<Registration>((registration) =>
  registration.group.release(registration),
);

/** The metrics that are exported to one meter provider. */
export class MeterGroup {
  /** By subject, name and attributes. A name without policies stays until its last export. */
  readonly policies = new Map<string, PolicyMetrics>();
  /** Dependencies without watchers, the oldest first. */
  readonly #unwatched = new Set<PolicyMetrics>();
  readonly #report: FaultHandler;
  #recorderFactory: RecorderFactory | undefined;
  #hasConnections = false;
  #onFirstConnection: (() => void) | undefined;

  /** @param report receives faults, and must not throw */
  constructor(report: FaultHandler) {
    this.#report = report;
  }

  /** Returns the metrics of policies of a name. */
  obtain(name: string, attributes: ConstantAttributes): PolicyMetrics {
    return this.#obtain(ATTR_POLICY_NAME, name, attributes);
  }

  /** Returns the metrics of `gather` calls of a name. */
  obtainDegradation(name: string): PolicyMetrics {
    return this.#obtain(ATTR_DEGRADATION_NAME, name, {});
  }

  /** Returns the metrics of supervised connections of a name. */
  obtainConnection(name: string): PolicyMetrics {
    this.#useConnections();
    return this.#obtain(ATTR_CONNECTION_NAME, name, {});
  }

  /** Returns the metrics of connection pools of a name. */
  obtainPool(name: string): PolicyMetrics {
    this.#useConnections();
    return this.#obtain(ATTR_DB_POOL_NAME, name, {});
  }

  /** Whether instruments of connections are needed. */
  get hasConnections(): boolean {
    return this.#hasConnections;
  }

  #useConnections(): void {
    if (this.#hasConnections) return;
    this.#hasConnections = true;
    this.#onFirstConnection?.();
  }

  /** Returns the metrics of a dependency for a new watcher. */
  watchDependency(name: string): PolicyMetrics {
    const metrics = this.#obtain(ATTR_DEPENDENCY_NAME, name, {});
    if (!this.#unwatched.delete(metrics)) metrics.registrations++;
    return metrics;
  }

  /**
   * Removes a watcher. Without watchers, the metrics do not end with a 0 like those of a policy: the 0
   * would mean that the dependency is down.
   */
  unwatchDependency(metrics: PolicyMetrics): void {
    if (metrics.registrations > 1) {
      metrics.registrations--;
      return;
    }
    this.#unwatched.add(metrics);
    if (this.#unwatched.size <= MAX_UNWATCHED) return;
    const [oldest] = this.#unwatched;
    if (oldest === undefined) return;
    this.#unwatched.delete(oldest);
    oldest.registrations = 0;
  }

  #obtain(subject: string, name: string, attributes: ConstantAttributes): PolicyMetrics {
    const key = JSON.stringify([subject, name, Object.entries(attributes).sort()]);
    let metrics = this.policies.get(key);
    if (metrics === undefined) {
      metrics = new PolicyMetrics(name, attributes, this.#report, subject);
      this.policies.set(key, metrics);
      this.#setRecorder(metrics);
    }
    return metrics;
  }

  /**
   * Sets where durations are recorded; `undefined` stops recording.
   *
   * @param onFirstConnection creates the instruments of connections
   */
  recordTo(recorders: RecorderFactory | undefined, onFirstConnection?: () => void): void {
    this.#recorderFactory = recorders;
    this.#onFirstConnection = onFirstConnection;
    for (const metrics of this.policies.values()) this.#setRecorder(metrics);
  }

  /** Keeps metrics alive while a policy is reachable, without keeping the policy alive. */
  register(metrics: PolicyMetrics, policy: object, source: Partial<StateSource>): Registration {
    const stateSource = isStateSource(source) ? new WeakRef(source) : undefined;
    const registration: Registration = { group: this, metrics, stateSource };
    metrics.registrations++;
    if (stateSource) metrics.addStateSource(stateSource);
    // Without an unregister token, because the table of tokens never shrinks.
    abandonedPolicies.register(policy, registration);
    return registration;
  }

  /** Ends a registration; a second call has no effect. */
  release(registration: Registration): void {
    const { metrics, stateSource } = registration;
    if (metrics === undefined) return;
    registration.metrics = undefined;
    metrics.registrations--;
    if (stateSource) metrics.removeStateSource(stateSource);
    // Without an SDK, ended names are never exported and must not accumulate.
    if (metrics.registrations === 0 && this.policies.size > MAX_ENDED) {
      this.forgetEnded(MAX_ENDED);
    }
  }

  /** Removes names without policies while there are more than `limit` names. */
  forgetEnded(limit = 0): void {
    for (const [key, metrics] of this.policies) {
      if (this.policies.size <= limit) return;
      if (metrics.registrations > 0) continue;
      this.policies.delete(key);
      // Calls in flight are no longer counted, so their durations must not be recorded.
      metrics.createRecorder = undefined;
    }
  }

  #setRecorder(metrics: PolicyMetrics): void {
    const createRecorder = this.#recorderFactory;
    metrics.createRecorder =
      createRecorder && ((metric, series) => createRecorder(metrics, metric, series));
  }
}

function isStateSource(source: Partial<StateSource>): source is StateSource {
  return source.readState !== undefined;
}

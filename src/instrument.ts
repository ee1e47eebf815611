import type { MeterProvider } from '@opentelemetry/api';
import { assertName, assertOptions, type InstrumentOptions } from './instrument-options.ts';
import { attach, detach, isAttached } from './instrumentation/attach.ts';
import { type AnyPolicy, isPolicy } from './instrumentation/policy-types.ts';
import type { ConnectionMetrics } from './metrics/connection.ts';
import type { DegradationMetrics } from './metrics/degradation.ts';
import type { DependencyMetrics } from './metrics/dependency.ts';
import { MeterGroup } from './metrics/meter-group.ts';
import type { PolicyMetrics } from './metrics/policy-metrics.ts';
import type { PoolMetrics } from './metrics/pool.ts';
import { type PolicySnapshot, snapshotOf } from './metrics/snapshot.ts';
import { GlobalMeterProviderConnection } from './otel/global-meter-provider.ts';
import { connect } from './otel/reporter.ts';
import { reportFault, warn } from './shared/diagnostics.ts';
import { processWide } from './shared/process-wide.ts';
import { expected } from './shared/validate.ts';

/** A meter provider, and the metrics that are exported to it. */
interface Destination {
  readonly group: MeterGroup;
  /** Runs before each execution. */
  readonly connectIfNeeded: () => void;
}

/** Shared by all copies of this package in the process, so that a name is exported once. */
const destinations = processWide('destinations', () => ({
  byProvider: new WeakMap<MeterProvider, Destination>(),
  global: undefined as Destination | undefined,
  /** Weak, so that a meter provider can be garbage-collected with its policies. */
  groups: new Set<WeakRef<MeterGroup>>(),
}));
const { byProvider, groups } = destinations;

function destinationOf(provider: MeterProvider | undefined): Destination {
  if (provider === undefined) {
    if (destinations.global === undefined) {
      const group = new MeterGroup(reportFault);
      const connection = new GlobalMeterProviderConnection(group);
      destinations.global = { group, connectIfNeeded: connection.refresh };
      groups.add(new WeakRef(group));
    }
    destinations.global.connectIfNeeded();
    return destinations.global;
  }
  let destination = byProvider.get(provider);
  if (destination === undefined) {
    destination = { group: new MeterGroup(reportFault), connectIfNeeded: () => {} };
    connect(destination.group, provider);
    byProvider.set(provider, destination);
    groups.add(new WeakRef(destination.group));
  }
  return destination;
}

/**
 * Instruments a cockatiel policy with OpenTelemetry metrics.
 *
 * Accepts a retry, circuit breaker, timeout, bulkhead, fallback, noop, a `wrap()` of them, or any object
 * with `execute`, of any copy of cockatiel 3.2 or 4. All members of a stack report under its name. The
 * policy is modified in place and behaves as before. An instrumented policy keeps its first name and
 * options, so a breaker that two stacks share is counted once. Instrument the policy that you execute:
 * `dangerouslyUnref()` returns another policy.
 *
 * @param name of the protected dependency, such as `servicenow`; policies of one name are summed
 * @returns the same policy
 * @throws TypeError if an argument is invalid; the policy is unchanged then
 * @example
 * const policy = instrument('servicenow', wrap(retryPolicy, breaker, timeoutPolicy));
 * await policy.execute(({ signal }) => fetch(url, { signal }));
 */
export function instrument<P extends { execute: unknown }>(
  name: string,
  policy: P,
  options: InstrumentOptions = {},
): P {
  assertName(name);
  if (!isPolicy(policy)) throw expected('`policy` to have a method `execute`', policy);
  assertOptions(options);
  if (isAttached(policy)) return policy;
  const { group, connectIfNeeded } = destinationOf(options.meterProvider);
  const metrics = group.obtain(name, { ...options.attributes });
  const { errorType, durations = true } = options;
  attach(policy as AnyPolicy, { metrics, errorType, durations, warn }, group, connectIfNeeded);
  return policy;
}

/**
 * Removes the instrumentation of a policy and of its members, except members of other instrumented
 * stacks. Calls in flight continue. A name without policies is exported once more, with all states 0.
 *
 * @example
 * uninstrument(policy);
 */
export function uninstrument(policy: { execute: unknown }): void {
  if (isPolicy(policy)) detach(policy);
}

/**
 * Returns the metrics of `gather` calls of a name. Call `connectIfNeeded` before each of them.
 *
 * @param owner keeps the metrics alive while it is reachable
 */
export function degradationMetrics(
  name: string,
  owner: object,
  meterProvider: MeterProvider | undefined,
): { readonly counts: DegradationMetrics; readonly connectIfNeeded: () => void } {
  const { group, connectIfNeeded } = destinationOf(meterProvider);
  const metrics = group.obtainDegradation(name);
  group.register(metrics, owner, {});
  return { counts: metrics.degradationMetrics(), connectIfNeeded };
}

/** Returns the metrics of a dependency for one watcher. Call `connectIfNeeded` before each check. */
export function dependencyMetrics(
  name: string,
  meterProvider: MeterProvider | undefined,
): {
  readonly counts: DependencyMetrics;
  readonly connectIfNeeded: () => void;
  /** Removes the watcher. */
  readonly leave: () => void;
} {
  const { group, connectIfNeeded } = destinationOf(meterProvider);
  const metrics = group.watchDependency(name);
  return {
    counts: metrics.dependencyMetrics(),
    connectIfNeeded,
    leave: () => group.unwatchDependency(metrics),
  };
}

/** Returns the metrics of one supervised connection. Call `connectIfNeeded` now and then. */
export function connectionMetrics(
  name: string,
  owner: object,
  meterProvider: MeterProvider | undefined,
): {
  readonly counts: ConnectionMetrics;
  readonly connectIfNeeded: () => void;
  /** Counts a fault under the policy name of the same name. */
  readonly fault: (error: unknown) => void;
  /** Ends the registration. */
  readonly leave: () => void;
} {
  const { group, connectIfNeeded } = destinationOf(meterProvider);
  const metrics = group.obtainConnection(name);
  const registration = group.register(metrics, owner, {});
  return {
    counts: metrics.connectionMetrics(),
    connectIfNeeded,
    fault: (error) => group.obtain(name, {}).fault(error),
    leave: () => group.release(registration),
  };
}

/** Returns the metrics of one connection pool. */
export function poolMetrics(
  name: string,
  owner: object,
  meterProvider: MeterProvider | undefined,
): { readonly counts: PoolMetrics; readonly leave: () => void } {
  const { group } = destinationOf(meterProvider);
  const metrics = group.obtainPool(name);
  const registration = group.register(metrics, owner, {});
  return { counts: metrics.poolMetrics(), leave: () => group.release(registration) };
}

/**
 * Returns the present states and counts of all instrumented policies, by name.
 *
 * @example
 * const open = snapshot().filter(({ circuitBreaker }) => (circuitBreaker?.state.open ?? 0) > 0);
 */
export function snapshot(): PolicySnapshot[] {
  return policyMetrics().map(snapshotOf);
}

/** The metrics of all names with instrumented policies, for all meter providers. */
export function policyMetrics(): PolicyMetrics[] {
  const result: PolicyMetrics[] = [];
  for (const reference of groups) {
    const group = reference.deref();
    if (group) addPolicies(group, result);
    else groups.delete(reference);
  }
  return result;
}

function addPolicies({ policies }: MeterGroup, result: PolicyMetrics[]): void {
  for (const metrics of policies.values()) {
    if (metrics.registrations > 0 && metrics.isOfPolicies) result.push(metrics);
  }
}

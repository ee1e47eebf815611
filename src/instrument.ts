import type { MeterProvider } from '@opentelemetry/api';
import { assertName, assertOptions, type InstrumentOptions } from './instrument-options.ts';
import { attach, detach, isAttached } from './instrumentation/attach.ts';
import { type AnyPolicy, isPolicy } from './instrumentation/policy-types.ts';
import type { DegradationMetrics } from './metrics/degradation.ts';
import type { DependencyMetrics } from './metrics/dependency.ts';
import { MeterGroup } from './metrics/meter-group.ts';
import type { PolicyMetrics } from './metrics/policy-metrics.ts';
import { type PolicySnapshot, snapshotOf } from './metrics/snapshot.ts';
import { GlobalMeterProviderConnection } from './otel/global-meter-provider.ts';
import { connect } from './otel/reporter.ts';
import { reportFault, warn } from './shared/diagnostics.ts';
import { processWide } from './shared/process-wide.ts';
import { expected } from './shared/validate.ts';

/** Where the rooms meet: numbers, what writes them, and what reports them. */

interface Destination {
  readonly group: MeterGroup;
  /** Runs before each execution. */
  readonly connectIfNeeded: () => void;
}

/** Of all copies of this package in the process: two reports of one name would spoil each other. */
const destinations = processWide('destinations', () => ({
  given: new WeakMap<MeterProvider, Destination>(),
  global: undefined as Destination | undefined,
  /** Weak, as a provider that was given, and what reports to it, may go with its policies. */
  groups: new Set<WeakRef<MeterGroup>>(),
}));
const { given, groups } = destinations;

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
  let destination = given.get(provider);
  if (destination === undefined) {
    destination = { group: new MeterGroup(reportFault), connectIfNeeded: () => {} };
    connect(destination.group, provider);
    given.set(provider, destination);
    groups.add(new WeakRef(destination.group));
  }
  return destination;
}

/**
 * Makes a cockatiel policy tell OpenTelemetry what it does.
 *
 * Takes a retry, circuit breaker, timeout, bulkhead, fallback, noop, a `wrap()` of them (nested
 * ones too: every member reports under this name), or anything that has `execute`, of any copy of
 * cockatiel 3.2 or 4. The policy is instrumented in place and behaves as before. A policy that is
 * instrumented already keeps its first name and options, so that a breaker shared by two stacks stays
 * one. Instrument what you execute: `dangerouslyUnref()` makes another policy.
 *
 * @param name what the policy protects, such as `servicenow`. One name for each dependency; policies
 *   of one name are summed
 * @returns the policy it was given
 * @throws TypeError if an argument is not what it must be; the policy is untouched then
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
  const { group, connectIfNeeded: ensure } = destinationOf(options.meterProvider);
  const scope = group.obtain(name, { ...options.attributes });
  const { errorType, durations = true } = options;
  attach(policy as AnyPolicy, { metrics: scope, errorType, durations, warn }, group, ensure);
  return policy;
}

/**
 * Undoes `instrument`, for the members of a `wrap()` too that no other instrumented stack has. Does
 * nothing to a policy that is not instrumented. Calls in flight go on as they are. A name without policies is reported once more, its states as zero, and then ends.
 */
export function uninstrument(policy: { execute: unknown }): void {
  if (isPolicy(policy)) detach(policy);
}

/**
 * Where the answers that are gathered under one name are counted, for as long as the keeper lives.
 * Before each of them, `ensure` runs.
 */
export function degradationMetrics(
  name: string,
  keeper: object,
  meterProvider: MeterProvider | undefined,
): { readonly counts: DegradationMetrics; readonly ensure: () => void } {
  const { group, connectIfNeeded: ensure } = destinationOf(meterProvider);
  const scope = group.obtainDegradation(name);
  group.register(scope, keeper, {});
  return { counts: scope.degradationMetrics(), ensure };
}

/**
 * Where checks of a dependency are counted, until whoever watches it leaves. Before each check,
 * `ensure` runs.
 */
export function dependencyMetrics(
  name: string,
  meterProvider: MeterProvider | undefined,
): {
  readonly counts: DependencyMetrics;
  readonly ensure: () => void;
  readonly leave: () => void;
} {
  const { group, connectIfNeeded: ensure } = destinationOf(meterProvider);
  const scope = group.watchDependency(name);
  return { counts: scope.dependencyMetrics(), ensure, leave: () => group.unwatchDependency(scope) };
}

/** What is instrumented now, with live states and counts, by name. */
export function snapshot(): PolicySnapshot[] {
  return policyMetrics().map(snapshotOf);
}

/** The names that have policies now, whoever they report to. */
export function policyMetrics(): PolicyMetrics[] {
  const all: PolicyMetrics[] = [];
  for (const reference of groups) {
    const group = reference.deref();
    if (group) addScopes(group, all);
    else groups.delete(reference);
  }
  return all;
}

/** In a loop, as a load balancer has it done a thousand times a second. */
function addScopes({ policies: scopes }: MeterGroup, all: PolicyMetrics[]): void {
  for (const scope of scopes.values()) {
    if (scope.registrations > 0 && scope.isOfPolicies) all.push(scope);
  }
}

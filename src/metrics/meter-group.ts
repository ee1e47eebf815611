import {
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

/** So many names whose policies are gone wait for somebody to report them; the oldest go first. */
const ENDED_LIMIT = 2000;

/** So many dependencies that nobody watches any more stay what they were said to be last. */
const UNWATCHED_LIMIT = 500;

/** What a policy holds of its scope, given back when it is uninstrumented or collected. */
export interface Registration {
  readonly group: MeterGroup;
  scope: PolicyMetrics | undefined;
  readonly sampled: WeakRef<StateSource> | undefined;
}

/** Takes durations of a scope; there is one once an SDK is there. */
export type RecorderFactory = (scope: PolicyMetrics, metric: Metric, series: number) => Recorder;

/** One for all groups: a registry that is garbage itself may keep others from being served. */
const dropped = new FinalizationRegistry<Registration>((hold) => hold.group.release(hold));

/** The scopes that report to one meter provider. */
export class MeterGroup {
  /** By subject, name and attributes. One whose policies are gone is here until it was reported once more. */
  readonly policies = new Map<string, PolicyMetrics>();
  /** Dependencies, the longest unwatched first. */
  readonly #unwatched = new Set<PolicyMetrics>();
  readonly #report: FaultHandler;
  #recorders: RecorderFactory | undefined;

  /** @param report is told of faults, and must not throw */
  constructor(report: FaultHandler) {
    this.#report = report;
  }

  /** The scope of policies of a name, new or in use. */
  obtain(name: string, attributes: ConstantAttributes): PolicyMetrics {
    return this.#obtain(ATTR_POLICY_NAME, name, attributes);
  }

  /** The scope of answers that are gathered under a name. */
  obtainDegradation(name: string): PolicyMetrics {
    return this.#obtain(ATTR_DEGRADATION_NAME, name, {});
  }

  /** The scope of a dependency, for one who watches it from now on. */
  watchDependency(name: string): PolicyMetrics {
    const scope = this.#obtain(ATTR_DEPENDENCY_NAME, name, {});
    if (!this.#unwatched.delete(scope)) scope.registrations++;
    return scope;
  }

  /**
   * One of those who watch it is gone. After the last one it does not end as a policy does, with a
   * zero: that would say for ever that the dependency is down.
   */
  unwatchDependency(scope: PolicyMetrics): void {
    if (scope.registrations > 1) {
      scope.registrations--;
      return;
    }
    this.#unwatched.add(scope);
    if (this.#unwatched.size <= UNWATCHED_LIMIT) return;
    const [oldest] = this.#unwatched;
    if (oldest === undefined) return;
    this.#unwatched.delete(oldest);
    oldest.registrations = 0;
  }

  #obtain(subject: string, name: string, attributes: ConstantAttributes): PolicyMetrics {
    const key = JSON.stringify([subject, name, Object.entries(attributes).sort()]);
    let scope = this.policies.get(key);
    if (scope === undefined) {
      scope = new PolicyMetrics(name, attributes, this.#report, subject);
      this.policies.set(key, scope);
      this.#equip(scope);
    }
    return scope;
  }

  /** From now on durations go there; `undefined` stops them. */
  recordTo(recorders: RecorderFactory | undefined): void {
    this.#recorders = recorders;
    for (const scope of this.policies.values()) this.#equip(scope);
  }

  /** Keeps a scope alive for as long as the policy is, without keeping the policy. */
  register(scope: PolicyMetrics, policy: object, sampled: Partial<StateSource>): Registration {
    const weak = isSampled(sampled) ? new WeakRef(sampled) : undefined;
    const hold: Registration = { group: this, scope, sampled: weak };
    scope.registrations++;
    if (hold.sampled) scope.addStateSource(hold.sampled);
    // Without a token to unregister by: the table of tokens would never shrink.
    dropped.register(policy, hold);
    return hold;
  }

  /** Once only, whoever comes first. */
  release(hold: Registration): void {
    const { scope, sampled } = hold;
    if (scope === undefined) return;
    hold.scope = undefined;
    scope.registrations--;
    if (sampled) scope.removeStateSource(sampled);
    // Where nobody reports, what is over must not pile up.
    if (scope.registrations === 0 && this.policies.size > ENDED_LIMIT)
      this.forgetEnded(ENDED_LIMIT);
  }

  /** Forgets names whose policies are gone, for as long as there are more than `limit` names. */
  forgetEnded(limit = 0): void {
    for (const [key, scope] of this.policies) {
      if (this.policies.size <= limit) return;
      if (scope.registrations > 0) continue;
      this.policies.delete(key);
      // Calls in flight are in no counter any more, so they must not be in a histogram.
      scope.createRecorder = undefined;
    }
  }

  #equip(scope: PolicyMetrics): void {
    const recorders = this.#recorders;
    scope.createRecorder = recorders && ((metric, series) => recorders(scope, metric, series));
  }
}

function isSampled(sampled: Partial<StateSource>): sampled is StateSource {
  return sampled.readState !== undefined;
}

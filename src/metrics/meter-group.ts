import {
  ATTR_DEGRADATION_NAME,
  ATTR_DEPENDENCY_NAME,
  ATTR_POLICY_NAME,
} from '../semconv/attributes.ts';
import type { Metric } from '../semconv/metrics.ts';
import type { Recorder } from './duration-histogram.ts';
import { type ConstantAttributes, type Report, type Sampled, Scope } from './policy-metrics.ts';

/** So many names whose policies are gone wait for somebody to report them; the oldest go first. */
const ENDED_LIMIT = 2000;

/** So many dependencies that nobody watches any more stay what they were said to be last. */
const UNWATCHED_LIMIT = 500;

/** What a policy holds of its scope, given back when it is uninstrumented or collected. */
export interface Hold {
  readonly group: Group;
  scope: Scope | undefined;
  readonly sampled: WeakRef<Sampled> | undefined;
}

/** Takes durations of a scope; there is one once an SDK is there. */
export type RecorderFactory = (scope: Scope, metric: Metric, series: number) => Recorder;

/** One for all groups: a registry that is garbage itself may keep others from being served. */
const dropped = new FinalizationRegistry<Hold>((hold) => hold.group.release(hold));

/** The scopes that report to one meter provider. */
export class Group {
  /** By subject, name and attributes. One whose policies are gone is here until it was reported once more. */
  readonly scopes = new Map<string, Scope>();
  /** Dependencies, the longest unwatched first. */
  readonly #unwatched = new Set<Scope>();
  readonly #report: Report;
  #recorders: RecorderFactory | undefined;

  /** @param report is told of faults, and must not throw */
  constructor(report: Report) {
    this.#report = report;
  }

  /** The scope of policies of a name, new or in use. */
  obtain(name: string, attributes: ConstantAttributes): Scope {
    return this.#obtain(ATTR_POLICY_NAME, name, attributes);
  }

  /** The scope of answers that are gathered under a name. */
  obtainGathering(name: string): Scope {
    return this.#obtain(ATTR_DEGRADATION_NAME, name, {});
  }

  /** The scope of a dependency, for one who watches it from now on. */
  watchDependency(name: string): Scope {
    const scope = this.#obtain(ATTR_DEPENDENCY_NAME, name, {});
    if (!this.#unwatched.delete(scope)) scope.policies++;
    return scope;
  }

  /**
   * One of those who watch it is gone. After the last one it does not end as a policy does, with a
   * zero: that would say for ever that the dependency is down.
   */
  leaveDependency(scope: Scope): void {
    if (scope.policies > 1) {
      scope.policies--;
      return;
    }
    this.#unwatched.add(scope);
    if (this.#unwatched.size <= UNWATCHED_LIMIT) return;
    const [oldest] = this.#unwatched;
    if (oldest === undefined) return;
    this.#unwatched.delete(oldest);
    oldest.policies = 0;
  }

  #obtain(subject: string, name: string, attributes: ConstantAttributes): Scope {
    const key = JSON.stringify([subject, name, Object.entries(attributes).sort()]);
    let scope = this.scopes.get(key);
    if (scope === undefined) {
      scope = new Scope(name, attributes, this.#report, subject);
      this.scopes.set(key, scope);
      this.#equip(scope);
    }
    return scope;
  }

  /** From now on durations go there; `undefined` stops them. */
  recordTo(recorders: RecorderFactory | undefined): void {
    this.#recorders = recorders;
    for (const scope of this.scopes.values()) this.#equip(scope);
  }

  /** Keeps a scope alive for as long as the policy is, without keeping the policy. */
  hold(scope: Scope, policy: object, sampled: Partial<Sampled>): Hold {
    const weak = isSampled(sampled) ? new WeakRef(sampled) : undefined;
    const hold: Hold = { group: this, scope, sampled: weak };
    scope.policies++;
    if (hold.sampled) scope.watch(hold.sampled);
    // Without a token to unregister by: the table of tokens would never shrink.
    dropped.register(policy, hold);
    return hold;
  }

  /** Once only, whoever comes first. */
  release(hold: Hold): void {
    const { scope, sampled } = hold;
    if (scope === undefined) return;
    hold.scope = undefined;
    scope.policies--;
    if (sampled) scope.unwatch(sampled);
    // Where nobody reports, what is over must not pile up.
    if (scope.policies === 0 && this.scopes.size > ENDED_LIMIT) this.forgetEnded(ENDED_LIMIT);
  }

  /** Forgets names whose policies are gone, for as long as there are more than `limit` names. */
  forgetEnded(limit = 0): void {
    for (const [key, scope] of this.scopes) {
      if (this.scopes.size <= limit) return;
      if (scope.policies > 0) continue;
      this.scopes.delete(key);
      // Calls in flight are in no counter any more, so they must not be in a histogram.
      scope.recorder = undefined;
    }
  }

  #equip(scope: Scope): void {
    const recorders = this.#recorders;
    scope.recorder = recorders && ((metric, series) => recorders(scope, metric, series));
  }
}

function isSampled(sampled: Partial<Sampled>): sampled is Sampled {
  return sampled.sample !== undefined;
}

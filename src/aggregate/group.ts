import type { Metric } from '../semconv/metrics.ts';
import type { Recorder } from './durations.ts';
import { type ConstantAttributes, type Report, type Sampled, Scope } from './scope.ts';

/**
 * Names whose policies are all gone keep their counts, so that a counter never goes back when the
 * name comes again. So many of them; the oldest go first.
 */
const RETIRED_LIMIT = 2000;

/** What a policy holds of its scope, given back when it is uninstrumented or collected. */
export interface Hold {
  scope: Scope | undefined;
  readonly sampled: WeakRef<Sampled> | undefined;
}

/** Takes durations of a scope; there is one once an SDK is there. */
export type RecorderFactory = (scope: Scope, metric: Metric, series: number) => Recorder;

/** The scopes that report to one meter provider. */
export class Group {
  /** Scopes to report. A scope whose policies are gone is here until it was reported once more. */
  readonly scopes = new Map<string, Scope>();
  readonly #retired = new Map<string, Scope>();
  readonly #dropped: FinalizationRegistry<Hold>;
  #recorders: RecorderFactory | undefined;

  readonly #report: Report;

  /** @param report is told of faults, and must not throw */
  constructor(report: Report) {
    this.#report = report;
    this.#dropped = new FinalizationRegistry((hold) => this.release(hold));
  }

  /** The scope of a name, whether it is new, in use, or comes again. */
  obtain(name: string, attributes: ConstantAttributes): Scope {
    const key = JSON.stringify([name, Object.entries(attributes).sort()]);
    let scope = this.scopes.get(key);
    if (scope === undefined) {
      scope = this.#retired.get(key) ?? new Scope(name, attributes, this.#report);
      this.#retired.delete(key);
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
    const hold: Hold = { scope, sampled: isSampled(sampled) ? new WeakRef(sampled) : undefined };
    scope.policies++;
    if (hold.sampled) scope.watch(hold.sampled);
    // Without a token to unregister by: the table of tokens would never shrink.
    this.#dropped.register(policy, hold);
    return hold;
  }

  /** Once only, whoever comes first. */
  release(hold: Hold): void {
    const { scope, sampled } = hold;
    if (scope === undefined) return;
    hold.scope = undefined;
    scope.policies--;
    if (sampled) scope.unwatch(sampled);
    // Where nobody collects, what is over must not pile up.
    if (scope.policies === 0 && this.scopes.size > RETIRED_LIMIT) this.retire();
  }

  /** Forgets the scopes that have no policies left, once their last values are reported. */
  retire(): void {
    for (const [key, scope] of this.scopes) {
      if (scope.policies > 0) continue;
      this.scopes.delete(key);
      this.#retired.set(key, scope);
    }
    for (const key of this.#retired.keys()) {
      if (this.#retired.size <= RETIRED_LIMIT) break;
      this.#retired.delete(key);
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

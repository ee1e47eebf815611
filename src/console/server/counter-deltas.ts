import { type PolicyMetrics, policyMetricsCreated } from '../../metrics/policy-metrics.ts';
import { COUNTER_COUNT, countsOf } from './counters.ts';

/**
 * What counters have gained, scope by scope: one that comes must not bring what it has counted
 * before, and one that goes must not take away what others have gained.
 */
export class CounterDeltas {
  readonly #before = new WeakMap<PolicyMetrics, readonly number[]>();
  /** Scopes that were made later are new: all that they have counted is of this step. */
  #made = policyMetricsCreated();

  /** @returns what these have gained since they were asked last */
  of(scopes: readonly PolicyMetrics[]): number[] {
    const gains = new Array<number>(COUNTER_COUNT).fill(0);
    for (const scope of scopes) {
      const now = countsOf(scope);
      const before = this.#before.get(scope);
      this.#before.set(scope, now);
      if (before === undefined && scope.ordinal <= this.#made) continue;
      for (let index = 0; index < COUNTER_COUNT; index++) {
        gains[index] = (gains[index] as number) + (now[index] as number) - (before?.[index] ?? 0);
      }
    }
    return gains;
  }

  /**
   * A step is over, in which all were asked.
   *
   * @param made how many scopes there were when it began
   */
  turn(made: number): void {
    this.#made = made;
  }

  /** What they gain is not asked for a while, and then of no step. */
  forget(scopes: readonly PolicyMetrics[]): void {
    for (const scope of scopes) this.#before.delete(scope);
  }
}

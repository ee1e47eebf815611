import { type PolicyMetrics, policyMetricsCreated } from '../../metrics/policy-metrics.ts';
import { COUNTER_COUNT, readCounters } from './counters.ts';

/**
 * The increases of counters from step to step, for each policy separately: a policy that appears must
 * not add its earlier counts, and one that disappears must not subtract the counts of others.
 */
export class CounterDeltas {
  readonly #previous = new WeakMap<PolicyMetrics, readonly number[]>();
  /** Policies that were created later are new: all their counts belong to the present step. */
  #created = policyMetricsCreated();

  /** The sums of the increases since the last call for each of these policies. */
  of(policies: readonly PolicyMetrics[]): number[] {
    const deltas = new Array<number>(COUNTER_COUNT).fill(0);
    for (const policy of policies) {
      const values = readCounters(policy);
      const previous = this.#previous.get(policy);
      this.#previous.set(policy, values);
      if (previous === undefined && policy.ordinal <= this.#created) continue;
      for (let index = 0; index < COUNTER_COUNT; index++) {
        const delta = (values[index] as number) - (previous?.[index] ?? 0);
        deltas[index] = (deltas[index] as number) + delta;
      }
    }
    return deltas;
  }

  /** Ends a step. @param created the number of policies that existed when the step began */
  endStep(created: number): void {
    this.#created = created;
  }

  /** Forgets policies without a row: their counts until the next row belong to no step. */
  forget(policies: readonly PolicyMetrics[]): void {
    for (const policy of policies) this.#previous.delete(policy);
  }
}

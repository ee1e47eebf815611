import {
  ATTR_ERROR_TYPE,
  ATTR_POLICY_TYPE,
  ERROR_TYPE_OTHER,
  type PolicyType,
} from '../semconv/attributes.ts';
import { ERRORS, TELEMETRY_ERRORS } from '../semconv/metrics.ts';
import { Counts, OpenCounts } from './counts.ts';

/** So many error types are told apart under one name and policy type; the rest is `_OTHER`. */
const LIMIT = 20;

export class ErrorAggregate {
  readonly telemetry = new Counts(TELEMETRY_ERRORS);
  readonly #acted = new OpenCounts(ERRORS);
  /** The index of each series; most names never have one. */
  #known: Map<PolicyType, Map<string, number>> | undefined;

  count(policy: PolicyType, type: string): void {
    this.#known ??= new Map();
    let known = this.#known.get(policy);
    if (known === undefined) {
      known = new Map();
      this.#known.set(policy, known);
    }
    const kept = known.has(type) || known.size < LIMIT ? type : ERROR_TYPE_OTHER;
    let index = known.get(kept);
    if (index === undefined) {
      index = this.#acted.include({ [ATTR_POLICY_TYPE]: policy, [ATTR_ERROR_TYPE]: kept });
      known.set(kept, index);
    }
    this.#acted.add(index);
  }

  counts(): readonly Counts[] {
    return [this.telemetry, this.#acted];
  }
}

import {
  ATTR_ERROR_TYPE,
  ATTR_POLICY_TYPE,
  ERROR_TYPE_OTHER,
  type PolicyType,
} from '../semconv/attributes.ts';
import { isKnownErrorType } from '../semconv/error-types.ts';
import { ERRORS, TELEMETRY_ERRORS } from '../semconv/metrics.ts';
import { CounterSeries, DynamicCounterSeries } from './counter-series.ts';

/** Error types reported by name under one name and policy type, beside the well-known ones. */
const LIMIT = 20;

/** The index of each series of one policy type. */
interface Types {
  readonly indexes: Map<string, number>;
  /** How many of them are not well known. */
  custom: number;
}

export class ErrorMetrics {
  readonly telemetry = new CounterSeries(TELEMETRY_ERRORS);
  readonly #acted = new DynamicCounterSeries(ERRORS);
  /** Most names never have one. */
  #types: Map<PolicyType, Types> | undefined;

  count(policy: PolicyType, type: string): void {
    this.#types ??= new Map();
    let types = this.#types.get(policy);
    if (types === undefined) {
      types = { indexes: new Map(), custom: 0 };
      this.#types.set(policy, types);
    }
    const index = types.indexes.get(type) ?? this.#include(policy, types, type);
    this.#acted.add(index);
  }

  counts(): readonly CounterSeries[] {
    return [this.telemetry, this.#acted];
  }

  /** The series of a type that was not counted before, or that of all the types beyond the limit. */
  #include(policy: PolicyType, types: Types, type: string): number {
    const isCustom = type !== ERROR_TYPE_OTHER && !isKnownErrorType(type);
    const name = isCustom && types.custom >= LIMIT ? ERROR_TYPE_OTHER : type;
    let index = types.indexes.get(name);
    if (index === undefined) {
      index = this.#acted.addSeries({ [ATTR_POLICY_TYPE]: policy, [ATTR_ERROR_TYPE]: name });
      types.indexes.set(name, index);
      if (isCustom && name === type) types.custom++;
    }
    return index;
  }
}

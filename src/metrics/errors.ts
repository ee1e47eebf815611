import {
  ATTR_ERROR_TYPE,
  ATTR_POLICY_TYPE,
  ERROR_TYPE_OTHER,
  type PolicyType,
} from '../semconv/attributes.ts';
import { isKnownErrorType } from '../semconv/error-types.ts';
import { ERRORS, TELEMETRY_ERRORS } from '../semconv/metrics.ts';
import { CounterSeries, DynamicCounterSeries } from './counter-series.ts';

/** Error types per name and policy type, besides the well-known ones; further ones are `_OTHER`. */
const MAX_CUSTOM_TYPES = 20;

/** The series of one policy type, by error type. */
interface TypeSeries {
  readonly indexes: Map<string, number>;
  /** The number of types that are not well known. */
  custom: number;
}

export class ErrorMetrics {
  readonly telemetry = new CounterSeries(TELEMETRY_ERRORS);
  readonly #errors = new DynamicCounterSeries(ERRORS);
  /** Created with the first error. */
  #types: Map<PolicyType, TypeSeries> | undefined;

  count(policy: PolicyType, type: string): void {
    this.#types ??= new Map();
    let types = this.#types.get(policy);
    if (types === undefined) {
      types = { indexes: new Map(), custom: 0 };
      this.#types.set(policy, types);
    }
    const index = types.indexes.get(type) ?? this.#addType(policy, types, type);
    this.#errors.add(index);
  }

  counts(): readonly CounterSeries[] {
    return [this.telemetry, this.#errors];
  }

  /** Returns the series of a new type, or of `_OTHER` beyond the limit. */
  #addType(policy: PolicyType, types: TypeSeries, type: string): number {
    const isCustom = type !== ERROR_TYPE_OTHER && !isKnownErrorType(type);
    const name = isCustom && types.custom >= MAX_CUSTOM_TYPES ? ERROR_TYPE_OTHER : type;
    let index = types.indexes.get(name);
    if (index === undefined) {
      index = this.#errors.addSeries({ [ATTR_POLICY_TYPE]: policy, [ATTR_ERROR_TYPE]: name });
      types.indexes.set(name, index);
      if (isCustom && name === type) types.custom++;
    }
    return index;
  }
}

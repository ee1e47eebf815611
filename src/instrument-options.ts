import type { MeterProvider } from '@opentelemetry/api';
import type { ConstantAttributes } from './metrics/policy-metrics.ts';
import { labelConflict, labelProblem } from './semconv/labels.ts';
import { assertKeys, expected, isPlainObject } from './shared/validate.ts';

/**
 * Options of `instrument`.
 *
 * @example
 * const options: InstrumentOptions = { attributes: { 'team.name': 'payments' }, durations: false };
 */
export interface InstrumentOptions {
  /**
   * Constant attributes of all metrics of the policy. Use few values: each combination has its own
   * series. Names must be different labels in Prometheus, where `team.name` and `team_name` are the
   * same. Names that this package or Prometheus sets (`le`, `quantile`, `job`, `instance`), `otel.*`,
   * and names that begin with `__` or a digit are rejected.
   * @example { 'team.name': 'payments', region: 'eu' }
   * @default {}
   */
  readonly attributes?: ConstantAttributes;
  /**
   * Returns the type of an error, or of a returned value that is a failure. `undefined` uses the
   * default: an HTTP status, a code such as `ECONNREFUSED`, or the class name. Beyond 20 types per
   * policy, further types become `_OTHER`, except well-known ones. Types are limited to 64 characters.
   * If the function throws, the default is used and the fault is counted.
   */
  readonly errorType?: (error: unknown) => string | undefined;
  /**
   * Whether the histograms of durations are recorded. Durations from before the SDK starts are lost;
   * counts are not.
   * @default true
   */
  readonly durations?: boolean;
  /**
   * The meter provider of the metrics.
   * @default the global meter provider, whenever it is registered
   */
  readonly meterProvider?: MeterProvider;
}

const OPTIONS = ['attributes', 'errorType', 'durations', 'meterProvider'];

/** @throws TypeError that names the argument and what was expected */
export function assertName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw expected('`name` to be a string', name);
  if (name.trim() === '') throw expected('`name` to be a non-empty string', name);
}

/** @throws TypeError that names the option and what was expected */
export function assertOptions(options: unknown): asserts options is InstrumentOptions {
  if (!isPlainObject(options)) throw expected('`options` to be a plain object', options);
  assertKeys('options', options, OPTIONS);
  const { attributes, errorType, durations, meterProvider } = options;
  if (attributes !== undefined) assertAttributes(attributes);
  if (errorType !== undefined && typeof errorType !== 'function') {
    throw expected('`options.errorType` to be a function', errorType);
  }
  if (durations !== undefined && typeof durations !== 'boolean') {
    throw expected('`options.durations` to be a boolean', durations);
  }
  if (
    meterProvider !== undefined &&
    typeof (meterProvider as Partial<MeterProvider> | null)?.getMeter !== 'function'
  ) {
    throw expected('`options.meterProvider` to have a method `getMeter`', meterProvider);
  }
}

function assertAttributes(attributes: unknown): void {
  if (!isPlainObject(attributes)) {
    throw expected('`options.attributes` to be a plain object', attributes);
  }
  for (const [key, value] of Object.entries(attributes)) {
    const option = `\`options.attributes[${JSON.stringify(key)}]\``;
    if (key === '') throw expected('the names in `options.attributes` to be non-empty', key);
    const problem = labelProblem(key);
    if (problem) throw new TypeError(`Expected ${option} to have another name: ${problem}`);
    if (
      !['string', 'boolean'].includes(typeof value) &&
      !(typeof value === 'number' && Number.isFinite(value))
    ) {
      throw expected(`${option} to be a string, a finite number or a boolean`, value);
    }
  }
  const conflict = labelConflict(Object.keys(attributes));
  if (conflict) {
    throw new TypeError(
      `Expected \`options.attributes\` to have names that are different labels in Prometheus: ${conflict}`,
    );
  }
}

import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { BAD, GOOD } from './colors.ts';
import type { Limit, ValueText } from './types.ts';

/** Good and bad color on the two sides of a limit, or a neutral color without one. */
export function toSteps(limit: Limit | undefined) {
  if (limit === undefined) return [{ value: null, color: 'text' }];
  const [below, above] = limit.bad === 'below' ? [BAD, GOOD] : [GOOD, BAD];
  return [
    { value: null, color: below },
    { value: limit.value, color: above },
  ];
}

export function toThresholds(limit: Limit | undefined): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(toSteps(limit));
}

/** @param first the value of the first text */
export function toMappings(values: readonly ValueText[] = [], first = 0) {
  if (values.length === 0) return [];
  const options = values.map(
    ({ text, color }, index) => [index + first, { text, color, index }] as const,
  );
  return [{ type: MappingType.ValueToText, options: Object.fromEntries(options) } as const];
}

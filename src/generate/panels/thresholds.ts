import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { BAD, GOOD } from './colors.ts';
import type { Limit, ValueText } from './types.ts';

/** Good and bad on the right sides of a limit; without one there is nothing to judge. */
export function steps(limit: Limit | undefined) {
  if (limit === undefined) return [{ value: null, color: 'text' }];
  const [base, beyond] = limit.bad === 'below' ? [BAD, GOOD] : [GOOD, BAD];
  return [
    { value: null, color: base },
    { value: limit.value, color: beyond },
  ];
}

export function thresholds(limit: Limit | undefined): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps(limit));
}

export function mappings(values: readonly ValueText[] = [], from = 0) {
  if (values.length === 0) return [];
  const options = values.map(
    ({ text, color }, index) => [index + from, { text, color, index }] as const,
  );
  return [{ type: MappingType.ValueToText, options: Object.fromEntries(options) } as const];
}

import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Graph, Limit } from './panel.ts';

/** Green and red on the right sides of a limit; without one there is nothing to judge. */
export function steps(limit: Limit | undefined) {
  const [base, beyond] = limit?.bad === 'below' ? ['red', 'green'] : ['green', 'red'];
  return [{ value: null, color: base }, ...(limit ? [{ value: limit.value, color: beyond }] : [])];
}

export function thresholds(limit: Limit | undefined): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps(limit));
}

export function mappings({ values }: Graph) {
  if (values === undefined) return [];
  const options = values.map(({ text, color }, index) => [index, { text, color, index }] as const);
  return [{ type: MappingType.ValueToText, options: Object.fromEntries(options) } as const];
}

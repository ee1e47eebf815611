import { describe, expect, it } from 'vitest';
import * as colors from '../../src/generate/panels/colors.ts';
import { difference, type Lab, toLab, VISIONS } from './color-difference.ts';

/** https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/themes/createVisualizationColors.ts */
const GRAFANA: Readonly<Record<string, string>> = {
  'light-green': '#96d98d',
  blue: '#5794f2',
  'dark-orange': '#fa6400',
  'dark-purple': '#8f3bb8',
  'dark-red': '#c4162a',
  yellow: '#fade2a',
  text: '#ccccdc',
};

/** Least CIEDE2000 difference of two colors in one panel. */
const MIN_DIFFERENCE = 15;

const valuesOf = (set: Readonly<Record<string, string>>) => Object.values(set);
const SETS: Readonly<Record<string, readonly string[]>> = {
  states: colors.STATES.map(({ color }) => color),
  severities: colors.SEVERITIES.map(({ color }) => color),
  outcomes: valuesOf(colors.OUTCOME_COLORS),
  breakers: valuesOf(colors.BREAKER_RESULT_COLORS),
  actions: valuesOf(colors.ACTION_COLORS),
  retries: valuesOf(colors.RETRY_RESULT_COLORS),
  timeouts: valuesOf(colors.TIMEOUT_RESULT_COLORS),
  bulkheads: valuesOf(colors.BULKHEAD_RESULT_COLORS),
  fallbacks: valuesOf(colors.FALLBACK_RESULT_COLORS),
  degradations: valuesOf(colors.DEGRADATION_STATUS_COLORS),
  dependencies: valuesOf(colors.DEPENDENCY_RESULT_COLORS),
  recoveries: valuesOf(colors.RECOVERY_RESULT_COLORS),
  lines: colors.LINE_COLORS,
  limits: [colors.GOOD, colors.BAD],
};

function toHex(name: string): string {
  const hex = GRAFANA[name];
  if (hex === undefined) throw new Error(`Expected a color of Grafana, got ${name}`);
  return hex;
}

describe.each(VISIONS)('with %s', (vision) => {
  const perceive = (name: string): Lab => toLab(toHex(name), vision);

  it('the colors in one panel differ', () => {
    const close = Object.entries(SETS).flatMap(([set, names]) => {
      const all = [...new Set(names)];
      return all.flatMap((first, i) =>
        all
          .slice(i + 1)
          .filter((second) => difference(perceive(first), perceive(second)) < MIN_DIFFERENCE)
          .map((second) => `${set}: ${first} and ${second}`),
      );
    });
    expect(close).toEqual([]);
  });

  it('open and closed differ in lightness and overall', () => {
    const [closed, , , open] = colors.STATES.map(({ color }) => perceive(color));
    if (!closed || !open) throw new Error('Expected four states');
    expect(difference(closed, open)).toBeGreaterThan(25);
    expect(Math.abs(closed.lightness - open.lightness)).toBeGreaterThan(25);
  });
});

it('the color difference matches published test data of CIEDE2000', () => {
  const lab = (lightness: number, a: number, b: number): Lab => ({ lightness, a, b });
  for (const [first, second, expected] of [
    [lab(50, 2.6772, -79.7751), lab(50, 0, -82.7485), 2.0425],
    [lab(50, 2.5, 0), lab(73, 25, -18), 27.1492],
    [lab(60.2574, -34.0099, 36.2677), lab(60.4626, -34.1751, 39.4387), 1.2644],
    [lab(2.0776, 0.0795, -1.135), lab(0.9033, -0.0636, -0.5514), 0.9082],
  ] as const) {
    expect(difference(first, second)).toBeCloseTo(expected, 4);
  }
});

it('the former colors of open and closed were too similar', () => {
  const [green, red] = ['#73bf69', '#f2495c'].map((hex) => toLab(hex, 'deuteranopia'));
  expect(green && red && difference(green, red)).toBeLessThan(8);
});

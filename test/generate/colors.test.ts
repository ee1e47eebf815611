import { describe, expect, it } from 'vitest';
import * as colors from '../../src/generate/panels/colors.ts';
import { difference, type Lab, SIGHTS, seen } from './color-difference.ts';

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

/** Two colors that a reader sees side by side must differ so much, by CIEDE2000. */
const LEAST = 15;

const byName = (set: Readonly<Record<string, string>>) => Object.values(set);
const SETS: Readonly<Record<string, readonly string[]>> = {
  states: colors.STATES.map(({ color }) => color),
  severities: colors.SEVERITIES.map(({ color }) => color),
  outcomes: byName(colors.OUTCOME),
  breakers: byName(colors.BREAKER_RESULT),
  actions: byName(colors.ACTION),
  retries: byName(colors.RETRY_RESULT),
  timeouts: byName(colors.TIMEOUT_RESULT),
  bulkheads: byName(colors.BULKHEAD_RESULT),
  fallbacks: byName(colors.FALLBACK_RESULT),
  degradations: byName(colors.DEGRADATION_STATUS),
  dependencies: byName(colors.DEPENDENCY_RESULT),
  recoveries: byName(colors.RECOVERY_RESULT),
  lines: colors.LINES,
  limits: [colors.GOOD, colors.BAD],
};

function rgb(name: string): string {
  const found = GRAFANA[name];
  if (found === undefined) throw new Error(`Expected a color of Grafana, got ${name}`);
  return found;
}

describe.each(SIGHTS)('for %s', (sight) => {
  const see = (name: string): Lab => seen(rgb(name), sight);

  it('colors that are side by side differ', () => {
    const close = Object.entries(SETS).flatMap(([set, names]) => {
      const all = [...new Set(names)];
      return all.flatMap((one, i) =>
        all
          .slice(i + 1)
          .filter((other) => difference(see(one), see(other)) < LEAST)
          .map((other) => `${set}: ${one} and ${other}`),
      );
    });
    expect(close).toEqual([]);
  });

  it('open and closed differ in lightness and in all', () => {
    const [closed, , , open] = colors.STATES.map(({ color }) => see(color));
    if (!closed || !open) throw new Error('Expected four states');
    expect(difference(closed, open)).toBeGreaterThan(25);
    expect(Math.abs(closed.lightness - open.lightness)).toBeGreaterThan(25);
  });
});

it('measures as the published test data of CIEDE2000 says', () => {
  const lab = (lightness: number, a: number, b: number): Lab => ({ lightness, a, b });
  for (const [one, other, expected] of [
    [lab(50, 2.6772, -79.7751), lab(50, 0, -82.7485), 2.0425],
    [lab(50, 2.5, 0), lab(73, 25, -18), 27.1492],
    [lab(60.2574, -34.0099, 36.2677), lab(60.4626, -34.1751, 39.4387), 1.2644],
    [lab(2.0776, 0.0795, -1.135), lab(0.9033, -0.0636, -0.5514), 0.9082],
  ] as const) {
    expect(difference(one, other)).toBeCloseTo(expected, 4);
  }
});

it('once could not tell open from closed', () => {
  const [green, red] = ['#73bf69', '#f2495c'].map((each) => seen(each, 'deuteranopia'));
  expect(green && red && difference(green, red)).toBeLessThan(8);
});

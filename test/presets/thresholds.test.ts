import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BURN_RATES, LIMITS, POLICIES, SOURCES } from '../../src/presets/thresholds.ts';

const rows = [
  ...Object.entries(POLICIES).flatMap(([kind, presets]) =>
    Object.entries(presets).map(([name, row]) => ({ name: `${kind} ${name}`, row })),
  ),
  ...Object.entries(LIMITS).map(([name, row]) => ({ name, row })),
];

describe('the documented numbers', () => {
  it.each(rows)('of $name name the documents that have them', ({ row }) => {
    expect(row.source.length).toBeGreaterThan(0);
    for (const source of row.source) expect(Object.keys(SOURCES)).toContain(source);
  });

  it.each(rows)('of $name are positive, and ratios are shares', ({ row }) => {
    const numbers = Object.entries(row).filter(([key]) => key !== 'source');
    expect(numbers.length).toBeGreaterThan(0);
    for (const [key, value] of numbers) {
      for (const number of [value].flat()) {
        if (typeof number === 'number') expect(number).toBeGreaterThan(0);
        if (key === 'ratio') expect(number).toBeLessThan(1);
      }
    }
  });

  it('make the number of calls that each document says, the first one included', () => {
    const { enterprise, http, default: preset, apiClient } = POLICIES.retry;
    expect([enterprise.calls, preset.calls, apiClient.calls]).toEqual([3, 3, 3]);
    // "3 retries"
    expect(http.calls).toBe(4);
    for (const { calls, waitsSeconds } of [enterprise, http, apiClient]) {
      expect(waitsSeconds.length).toBeGreaterThanOrEqual(calls - 1);
    }
  });

  it('agree with each other where one follows from another', () => {
    expect(LIMITS.stuckOpen.seconds).toBe(LIMITS.recovery.seconds);
    expect(LIMITS.errors.ratio).toBeCloseTo(1 - LIMITS.availability.ratio, 10);
    // 52.6 min a year
    expect((1 - LIMITS.availability.ratio) * 365.25 * 24 * 60).toBeCloseTo(52.6, 1);
  });

  it('burn the budget of 30 days at the rates of the workbook, and both windows are recorded', () => {
    for (const { burn, longSeconds, shortSeconds, severity } of BURN_RATES) {
      // The share of 30 days' budget that is gone when the long window burns at that rate.
      const gone = (burn * longSeconds) / (30 * 86_400);
      expect([0.02, 0.05, 0.1]).toContainEqual(expect.closeTo(gone, 10));
      expect(longSeconds / shortSeconds).toBe(12);
      expect(severity).toBe(burn > 3 ? 'critical' : 'warning');
    }
  });

  it('are a leaf: they import nothing', () => {
    expect(readFileSync('src/presets/thresholds.ts', 'utf8')).not.toMatch(/^import/m);
  });
});

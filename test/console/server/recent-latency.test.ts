import { describe, expect, it } from 'vitest';
import { LATENCY_STEPS, RecentLatency } from '../../../src/console/server/recent-latency.ts';
import { LIMITS } from '../../../src/presets/thresholds.ts';

function percentileOf(seconds: number): number {
  const latency = new RecentLatency();
  for (let count = 0; count < 100; count++) latency.add(seconds);
  latency.endStep();
  return latency.percentile(0.95) as number;
}

describe('percentiles of the live page', () => {
  it.each([0.0004, 0.012, 0.5, 3, 90])('are a tenth off at most, around %d s', (middle) => {
    const latency = new RecentLatency();
    const all = Array.from({ length: 2000 }, (_, index) => middle * (0.5 + index / 2000));
    for (const seconds of all) latency.add(seconds);
    latency.endStep();
    for (const quantile of [0.5, 0.95]) {
      const truth = all[quantile * 2000] as number;
      const reported = latency.percentile(quantile) as number;
      expect(Math.abs(reported - truth) / truth).toBeLessThan(0.1);
    }
  });

  it('are a tenth off at most where all calls take the same time', () => {
    for (let truth = 0.0002; truth < 500; truth *= 1.01) {
      const reported = percentileOf(truth);
      expect(Math.abs(reported - truth) / truth).toBeLessThan(0.1);
    }
  });

  it('are never on the other side of the documented limit', () => {
    const limit = LIMITS.latency.seconds;
    for (const share of [0.8, 0.88, 0.99, 0.9999, 1]) {
      expect(percentileOf(limit * share)).toBeLessThan(limit);
    }
    for (const share of [1.0001, 1.01, 1.2, 1.3]) {
      expect(percentileOf(limit * share)).toBeGreaterThan(limit);
    }
  });

  it('drop durations older than ten seconds', () => {
    const latency = new RecentLatency();
    latency.add(5);
    for (let step = 0; step < LATENCY_STEPS; step++) {
      latency.endStep();
      latency.add(0.01);
      expect(latency.percentile(1)).toBeGreaterThan(4);
    }
    latency.endStep();
    expect(latency.percentile(1)).toBeLessThan(0.02);
    for (let step = 0; step < LATENCY_STEPS; step++) latency.endStep();
    expect(latency.count).toBe(0);
    expect(latency.percentile(0.5)).toBeNull();
  });

  it('accept durations outside of their buckets', () => {
    const latency = new RecentLatency();
    for (const seconds of [0, 1e-9, 1e9]) latency.add(seconds);
    latency.endStep();
    expect(latency.count).toBe(3);
    expect(latency.percentile(0.5)).toBeLessThanOrEqual(0.0001);
    expect(latency.percentile(1)).toBeGreaterThan(500);
  });
});

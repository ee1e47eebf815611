import { describe, expect, it } from 'vitest';
import { limitsFor } from '../../../../src/health/live/limits.ts';
import { beyond, rank } from '../../../../src/health/live/page/judge.ts';
import type { Row } from '../../../../src/health/live/protocol.ts';
import { LIMITS } from '../../../../src/thresholds.ts';

const limits = limitsFor(10, 60);
const quiet: Row = {
  name: 'servicenow',
  latest: [0, 0, 0, 0, 0, 0],
  outcomes: [1000, 0, 0, 0, 0, 0],
  active: 0,
  p50: 0.01,
  p95: 0.02,
  timed: 100,
};
const found = (row: Partial<Row>) => [...beyond({ ...quiet, ...row }, limits)];

describe('what is beyond a documented limit', () => {
  it('is nothing where nothing happens, or all is well', () => {
    expect(found({})).toEqual([]);
    expect(found({ outcomes: [0, 0, 0, 0, 0, 0], p50: null, p95: null, timed: 0 })).toEqual([]);
  });

  it('is a share of failures, where there are so many that it says something', () => {
    expect(found({ outcomes: [1000, 0, 4, 0, 0, 0] })).toEqual([]);
    expect(found({ outcomes: [1000, 0, 2, 1, 2, 0] })).toEqual(['errors']);
    // Who calls off what they asked for has not seen a failure.
    expect(found({ outcomes: [1000, 0, 0, 0, 0, 500] })).toEqual([]);
  });

  it('is a 95th percentile above its limit, of more than one call', () => {
    const p95 = LIMITS.latency.seconds + 0.01;
    expect(found({ p95, timed: 1 })).toEqual([]);
    expect(found({ p95 })).toEqual(['latency']);
    expect(found({ p95: LIMITS.latency.seconds })).toEqual([]);
  });

  it.each([
    ['retries', { retry: { calls: 100, again: 51, exhausted: 0 } }],
    ['timeouts', { timeout: { calls: 100, timedOut: 5, limit: 1 } }],
    ['rejections', { bulkhead: { calls: 500, rejected: 5, active: 0, limit: 10, queued: 0 } }],
    ['saturation', { bulkhead: { calls: 500, rejected: 0, active: 10, limit: 10, queued: 0 } }],
    ['fallbacks', { fallback: { calls: 100, used: 10, failed: 0 } }],
  ] as const)('is found of %s', (limit, row) => {
    expect(found(row)).toEqual([limit]);
  });
});

describe('the order of trouble', () => {
  const rankOf = (row: Partial<Row>) =>
    rank({ ...quiet, ...row }, beyond({ ...quiet, ...row }, limits));
  const breaker = (state: 'open' | 'isolated' | 'half_open' | 'closed') => ({
    breaker: {
      state,
      since: null,
      states: [0, 0, 0, 0],
      failures: null,
      failureLimit: null,
      nextProbeAt: null,
      lastErrorType: null,
      held: false,
    },
  });

  it('is open, isolated, half-open, beyond a limit, and all others', () => {
    const ranks = [
      rankOf(breaker('open')),
      rankOf(breaker('isolated')),
      rankOf(breaker('half_open')),
      rankOf({ ...breaker('closed'), outcomes: [0, 0, 9, 0, 0, 0] }),
      rankOf(breaker('closed')),
    ];
    expect(ranks).toEqual([0, 1, 2, 3, 4]);
    expect(rankOf({})).toBe(4);
  });

  it('does not tremble with a bulkhead that is full for a moment', () => {
    const bulkhead = { calls: 9, rejected: 0, active: 10, limit: 10, queued: 0 };
    expect(rankOf({ bulkhead })).toBe(4);
  });
});

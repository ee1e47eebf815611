import { describe, expect, it } from 'vitest';
import { exceededLimits, severityRank } from '../../../src/console/page/limit-checks.ts';
import type { Row } from '../../../src/console/protocol/messages.ts';
import { resolveLimits } from '../../../src/console/server/limits.ts';
import { LIMITS } from '../../../src/presets/thresholds.ts';

const limits = resolveLimits(10, 60);
const quiet: Row = {
  name: 'servicenow',
  latest: [0, 0, 0, 0, 0, 0],
  outcomes: [1000, 0, 0, 0, 0, 0],
  active: 0,
  p50: 0.01,
  p95: 0.02,
  timedCalls: 100,
};
const bulkheadOf = (overrides: Partial<NonNullable<Row['bulkhead']>>) => ({
  calls: 500,
  rejected: 0,
  active: 1,
  limit: 10,
  queued: 0,
  saturation: 0.1,
  ...overrides,
});
const found = (row: Partial<Row>) => [...exceededLimits({ ...quiet, ...row }, limits)];

describe('values beyond a documented limit', () => {
  it('is nothing where nothing happens, or all is well', () => {
    expect(found({})).toEqual([]);
    expect(found({ outcomes: [0, 0, 0, 0, 0, 0], p50: null, p95: null, timedCalls: 0 })).toEqual(
      [],
    );
  });

  it('is a share of failures, given enough calls', () => {
    expect(found({ outcomes: [1000, 0, 4, 0, 0, 0] })).toEqual([]);
    expect(found({ outcomes: [1000, 0, 2, 1, 2, 0] })).toEqual(['errors']);
    // Who calls off what they asked for has not seen a failure.
    expect(found({ outcomes: [1000, 0, 0, 0, 0, 500] })).toEqual([]);
    // An error that no filter handles is no failure, and does not hide those that are.
    expect(found({ outcomes: [1000, 0, 0, 0, 0, 0, 500] })).toEqual([]);
    expect(found({ outcomes: [100, 0, 6, 0, 0, 0, 9000] })).toEqual(['errors']);
  });

  it('is a 95th percentile above its limit, of so many calls that it is not the slowest', () => {
    const p95 = LIMITS.latency.seconds + 0.01;
    expect(found({ p95, timedCalls: 19 })).toEqual([]);
    expect(found({ p95, timedCalls: 20 })).toEqual(['latency']);
    expect(found({ p95 })).toEqual(['latency']);
    expect(found({ p95: LIMITS.latency.seconds })).toEqual([]);
  });

  it.each([
    ['retries', { retry: { calls: 100, retries: 51, exhausted: 0 } }],
    ['timeouts', { timeout: { calls: 100, timedOut: 6, limit: 1 } }],
    ['rejections', { bulkhead: bulkheadOf({ calls: 500, rejected: 6 }) }],
    ['saturation', { bulkhead: bulkheadOf({ saturation: 0.91 }) }],
    ['fallbacks', { fallback: { calls: 99, used: 10, failed: 0 } }],
  ] as const)('is found of %s', (limit, row) => {
    expect(found(row)).toEqual([limit]);
  });

  it.each([
    ['retries', { retry: { calls: 100, retries: 50, exhausted: 0 } }],
    ['timeouts', { timeout: { calls: 100, timedOut: 5, limit: 1 } }],
    ['rejections', { bulkhead: bulkheadOf({ calls: 500, rejected: 5 }) }],
    ['a bulkhead that is full at this moment', { bulkhead: bulkheadOf({ active: 10 }) }],
    ['a mean of saturation', { bulkhead: bulkheadOf({ saturation: 0.9 }) }],
    ['fallbacks', { fallback: { calls: 100, used: 10, failed: 0 } }],
    ['fallbacks that failed', { fallback: { calls: 50, used: 6, failed: 4 } }],
  ] as const)('is nothing where the rules would not fire: %s', (_, row) => {
    expect(found(row)).toEqual([]);
  });
});

describe('the order of trouble', () => {
  const rankOf = (row: Partial<Row>) =>
    severityRank({ ...quiet, ...row }, exceededLimits({ ...quiet, ...row }, limits));
  const breaker = (state: 'open' | 'isolated' | 'half_open' | 'closed') => ({
    breaker: {
      state,
      since: null,
      states: [0, 0, 0, 0],
      failures: null,
      failureLimit: null,
      nextProbeAt: null,
      lastErrorType: null,
      isIsolatedByOperator: false,
    },
  });

  it('is open, half-open, isolated, beyond a limit, all others', () => {
    const ranks = [
      rankOf(breaker('open')),
      rankOf(breaker('half_open')),
      rankOf(breaker('isolated')),
      rankOf({ ...breaker('closed'), outcomes: [0, 0, 9, 0, 0, 0] }),
      rankOf(breaker('closed')),
    ];
    expect(ranks).toEqual([0, 1, 2, 3, 4]);
    expect(rankOf({})).toBe(4);
  });

  it('does not tremble with a bulkhead that is full for a moment', () => {
    expect(rankOf({ bulkhead: bulkheadOf({ active: 10 }) })).toBe(4);
  });
});

import { describe, expect, it } from 'vitest';
import { type Packed, pack, unpack } from '../../../src/console/protocol/encoding.ts';
import type { Row } from '../../../src/console/protocol/messages.ts';

const bare: Row = {
  name: '__proto__',
  latest: [0, 0, 0, 0, 0, 0, 0],
  outcomes: [0, 0, 3, 0, 1, 0, 0],
  active: 0,
  p50: null,
  p95: null,
  timed: 0,
};
const whole: Row = {
  ...bare,
  p50: 0.1,
  p95: 0.25,
  timed: 9,
  breaker: {
    state: 'open',
    since: 1000,
    states: [0, 1, 0, 0],
    failures: 5,
    failureLimit: null,
    nextProbeAt: 2000,
    lastErrorType: 'ECONNREFUSED',
    held: false,
  },
  retry: { calls: 4, again: 2, exhausted: 1 },
  timeout: { calls: 6, timedOut: 1, limit: 30 },
  bulkhead: { calls: 4, rejected: 1, active: 3, limit: 10, queued: 2, saturation: 0.25 },
  fallback: { calls: 4, used: 1, failed: 0 },
};

describe('a row on its way to the page', () => {
  it.each([
    ['with all parts', whole],
    ['with none', bare],
    ['with some', { ...bare, timeout: { calls: 6, timedOut: 1, limit: null } }],
  ])('arrives as it was sent, %s', (_, row) => {
    const sent = JSON.parse(JSON.stringify(pack(row))) as Packed;
    expect(unpack(sent)).toEqual(row);
  });

  it('is less than half of what its names would make of it', () => {
    expect(JSON.stringify(pack(whole)).length).toBeLessThan(JSON.stringify(whole).length / 2);
  });
});

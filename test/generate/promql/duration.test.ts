import { describe, expect, it } from 'vitest';
import { toDuration } from '../../../src/generate/promql/duration.ts';

describe('a duration', () => {
  it.each([
    [300, '5m'],
    [285, '285s'],
    [10, '10s'],
    [9.5, '9500ms'],
    [0.0014, '1ms'],
    [3600, '1h'],
    [5400, '90m'],
    [259_200, '3d'],
  ])('of %s s is %s', (seconds, written) => {
    expect(toDuration(seconds)).toBe(written);
  });

  it.each([0, 0.0004, -5, Number.NaN])('of %s s is rejected', (seconds) => {
    expect(() => toDuration(seconds)).toThrow(
      new RangeError(`Expected a duration of at least 1 ms, got ${seconds} s`),
    );
  });
});

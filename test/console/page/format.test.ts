import { describe, expect, it } from 'vitest';
import {
  age,
  count,
  latency,
  percent,
  rate,
  spanText,
  troublePercent,
} from '../../../src/console/page/format.ts';

describe('numbers on the live page', () => {
  it('are no longer than they must be', () => {
    expect([0, 0.04, 0.5, 9.94, 31.6, 12_345].map(rate)).toEqual([
      '0',
      '<0.1',
      '0.5',
      '9.9',
      '32',
      '12.3 k',
    ]);
    expect([7, 9999, 10_000, 123_456, 2_500_000].map(count)).toEqual([
      '7',
      '9999',
      '10.0 k',
      '123 k',
      '2.5 M',
    ]);
    expect([null, 0.0002, 0.0124, 0.9996, 1.234, 12.34].map(latency)).toEqual([
      '–',
      '<1 ms',
      '12 ms',
      '1 s',
      '1.2 s',
      '12.3 s',
    ]);
    expect([0, 89_999, 90_000, 5_400_000, 259_200_000].map(age)).toEqual([
      '0 s',
      '89 s',
      '1 min',
      '1 h 30 min',
      '3 days',
    ]);
  });

  it('never show 0 for more than 0, nor 100 % for less', () => {
    expect([0, 0.0004, 0.0123, 0.5, 0.996, 0.9999, 1].map(percent)).toEqual([
      '0 %',
      '<0.1 %',
      '1.2 %',
      '50 %',
      '99 %',
      '99.9 %',
      '100 %',
    ]);
  });

  it('round good values down, and bad values up', () => {
    expect([0.29, 0.57, 0.5799, 0.0496, 0.035].map(percent)).toEqual([
      '29 %',
      '57 %',
      '57 %',
      '4.9 %',
      '3.5 %',
    ]);
    expect([0, 0.0004, 0.29, 0.071, 0.0491, 0.135, 0.9921, 1].map(troublePercent)).toEqual([
      '0 %',
      '<0.1 %',
      '29 %',
      '7.1 %',
      '5.0 %',
      '14 %',
      '99.9 %',
      '100 %',
    ]);
    for (let hundredth = 0; hundredth <= 100; hundredth++) {
      expect(percent(hundredth / 100)).toBe(`${hundredth} %`);
      expect(troublePercent(hundredth / 100)).toBe(`${hundredth} %`);
    }
  });

  it('show their length while it is below a minute', () => {
    expect([0, 3, 60, 179].map(spanText)).toEqual([
      'nothing yet, as sampling begins now',
      'last 3 s, as sampling began then',
      'last minute',
      'last minute',
    ]);
  });
});

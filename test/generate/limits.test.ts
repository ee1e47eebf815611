import { describe, expect, it } from 'vitest';
import { generate } from '../../src/generate/index.ts';
import {
  resolveLimits,
  THRESHOLDS,
  type ThresholdName,
  type Thresholds,
} from '../../src/generate/limits.ts';

const names = Object.keys(THRESHOLDS) as ThresholdName[];
const documented = JSON.stringify(generate());

/** Another value that is possible: less, and the bound of a bucket where one is asked for. */
function another(name: ThresholdName): number {
  const value = THRESHOLDS[name];
  if (['latency.seconds', 'healthCheck.seconds'].includes(name)) return 0.25;
  if (name === 'availability.ratio') return 0.999;
  // Of more windows than 60 s long, as a window holds four samples at least.
  return Number.isInteger(value) ? value + 60 : value * 0.9;
}

describe('a threshold', () => {
  it.each(names)('%s decides what is generated', (name) => {
    const thresholds = { [name]: another(name) };
    expect(JSON.stringify(generate({ thresholds }))).not.toBe(documented);
  });

  it.each(names)('%s is what it was where it is not changed', (name) => {
    const [limit = '', unit = ''] = name.split('.');
    const limits = resolveLimits({}) as Record<string, Record<string, number>>;
    expect(limits[limit]?.[unit]).toBe(THRESHOLDS[name]);
  });

  const known = names.join(', ');
  it.each<[Thresholds | object, string]>([
    [{ 'timeout.ratio': 1 }, `Expected a threshold, one of ${known}; got "timeout.ratio"`],
    [{ toString: 1 }, `Expected a threshold, one of ${known}; got "toString"`],
    // Documented, yet nothing measures them.
    [{ 'overhead.ratio': 0.1 }, `Expected a threshold, one of ${known}; got "overhead.ratio"`],
    [
      { 'timeouts.ratio': 5 },
      'Expected the threshold timeouts.ratio to be a number above 0 and below 1, got 5',
    ],
    [
      { 'timeouts.ratio': '5%' },
      'Expected the threshold timeouts.ratio to be a number above 0 and below 1, got "5%"',
    ],
    [
      { 'flapping.count': 2.5 },
      'Expected the threshold flapping.count to be a whole number above 0, got 2.5',
    ],
    [
      { 'recovery.seconds': 0 },
      'Expected the threshold recovery.seconds to be seconds above 0, and 30 d at most, got 0',
    ],
    [
      { 'timeouts.windowSeconds': 5 },
      'Expected the threshold timeouts.windowSeconds to be seconds from 60 to 30 d, got 5',
    ],
    [
      { 'availability.ratio': 0.9 },
      'Expected the threshold availability.ratio to be above 0.9306, as an error budget can burn ' +
        '14.4 times as fast only if that is less than all; got 0.9',
    ],
    [
      { 'latency.seconds': 0.4 },
      'Expected the threshold latency.seconds to be one of 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, ' +
        '60, the bounds of the buckets it is read from; got 0.4',
    ],
    [
      { 'latency.seconds{policy="llm"}': 31 },
      'Expected the threshold latency.seconds{policy="llm"} to be one of 0.025, 0.1, 0.25, 0.5, 1, ' +
        '2.5, 5, 10, 30, 60, the bounds of the buckets it is read from; got 31',
    ],
    [
      { 'metricsAbsent.forSeconds{policy="llm"}': 60 },
      'Expected the threshold metricsAbsent.forSeconds to be one of all policies, got ' +
        'metricsAbsent.forSeconds{policy="llm"}',
    ],
    [
      { 'dependenciesAvailable.ratio{policy="llm"}': 0.5 },
      'Expected a threshold of the policy "llm" that is the limit of an alert about a policy, got ' +
        'one that no such alert reads',
    ],
  ])('is not possible as %j', (thresholds, message) => {
    expect(() => generate({ thresholds: thresholds as Thresholds })).toThrow(
      new TypeError(message),
    );
  });
});

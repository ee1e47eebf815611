import { describe, expect, it } from 'vitest';
import { generate } from '../../src/generate/index.ts';
import {
  resolveLimits,
  THRESHOLDS,
  type ThresholdName,
  type Thresholds,
} from '../../src/generate/options/limits.ts';

const names = Object.keys(THRESHOLDS) as ThresholdName[];
const defaults = JSON.stringify(generate());

/** A valid value that differs from the default. */
function otherValue(name: ThresholdName): number {
  const value = THRESHOLDS[name];
  if (['latency.seconds', 'healthCheck.seconds'].includes(name)) return 0.25;
  if (name === 'availability.ratio') return 0.999;
  // More than 60 s longer, because a window has at least four samples.
  return Number.isInteger(value) ? value + 60 : value * 0.9;
}

describe('a threshold', () => {
  it('changes the generated files', () => {
    const offenders = names.filter((name) => {
      const thresholds = { [name]: otherValue(name) };
      return JSON.stringify(generate({ thresholds })) === defaults;
    });
    expect(offenders).toEqual([]);
  }, 60_000);

  it('makes no window of a rate shorter than four samples', () => {
    const windows = names.filter((name) => name.endsWith('.windowSeconds'));
    const thresholds = Object.fromEntries(windows.map((name) => [name, 60]));
    const rules = Object.values(generate({ what: 'rules', scrapeInterval: 60, thresholds })).join();
    const rates = [...rules.matchAll(/(?:rate|increase|changes)\(\w+(?:{.*?})?\[(\w+)\]\)/g)];
    expect(rates.length).toBeGreaterThan(40);
    expect(rates.filter(([, window]) => /^(\d+s|[1-3]m)$/.test(window ?? ''))).toEqual([]);
  });

  it('has its default if it is not set', () => {
    const limits = resolveLimits({}) as Record<string, Record<string, number>>;
    const offenders = names.filter((name) => {
      const [limit = '', unit = ''] = name.split('.');
      return limits[limit]?.[unit] !== THRESHOLDS[name];
    });
    expect(offenders).toEqual([]);
  });

  const known = names.join(', ');
  it.each<[Thresholds | object, string]>([
    [{ 'timeout.ratio': 1 }, `Expected a threshold, one of ${known}; got "timeout.ratio"`],
    [{ toString: 1 }, `Expected a threshold, one of ${known}; got "toString"`],
    // A limit that no metric can measure.
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
      'Expected the threshold recovery.seconds to be seconds above 0 and at most 30 d, got 0',
    ],
    [
      { 'timeouts.windowSeconds': 5 },
      'Expected the threshold timeouts.windowSeconds to be seconds from 60 to 30 d, got 5',
    ],
    [
      { 'availability.ratio': 0.9 },
      'Expected the threshold availability.ratio to be above 0.9306, because 14.4 times the error ' +
        'budget must be less than all calls; got 0.9',
    ],
    [
      { 'latency.seconds': 0.4 },
      'Expected the threshold latency.seconds to be one of 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, ' +
        '60, the bounds of its histogram; got 0.4',
    ],
    [
      { 'latency.seconds{policy="llm"}': 31 },
      'Expected the threshold latency.seconds{policy="llm"} to be one of 0.025, 0.1, 0.25, 0.5, 1, ' +
        '2.5, 5, 10, 30, 60, the bounds of its histogram; got 31',
    ],
    [
      { 'metricsAbsent.forSeconds{policy="llm"}': 60 },
      'Expected metricsAbsent.forSeconds without a policy, because `for` applies to all policies; got ' +
        'metricsAbsent.forSeconds{policy="llm"}',
    ],
    [
      { 'dependenciesAvailable.ratio{policy="llm"}': 0.5 },
      'Expected a threshold of the policy "llm" that an alert about policies reads, got one that no ' +
        'such alert reads',
    ],
  ])('%j is rejected', (thresholds, message) => {
    expect(() => generate({ thresholds: thresholds as Thresholds })).toThrow(
      new TypeError(message),
    );
  });
});

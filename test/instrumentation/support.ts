import type { Histogram } from '@opentelemetry/sdk-metrics';
import { vi } from 'vitest';
import { ATTR_POLICY_NAME } from '../../src/semconv/attributes.ts';
import { METRICS } from '../../src/semconv/metrics.ts';
import type { TestSdk } from '../support/metrics.ts';

/** The name that a test gives to what it instruments, unless it needs two. */
export const NAME = 'service';

/** A failure that has a class of its own. */
export class Down extends Error {}

/** Another, for filters that tell them apart. */
export class Invalid extends Error {}

/** By the values of the further attributes; a metric that has none is a plain number. */
export type Numbers = Record<string, number | Record<string, number>>;

/** Counters of events that have moved, all of them, so that nothing can move unseen. */
export const moved = (sdk: TestSdk, name = NAME): Promise<Numbers> => numbers(sdk, name, 'counter');

/** What is the case now (states, limits, numbers under way), where it is not zero. */
export const levels = (sdk: TestSdk, name = NAME): Promise<Numbers> =>
  numbers(sdk, name, 'updowncounter');

async function numbers(sdk: TestSdk, name: string, instrument: string): Promise<Numbers> {
  const wanted = METRICS.filter((metric) => metric.instrument === instrument);
  const result: Numbers = {};
  for (const { descriptor, dataPoints } of await sdk.collect()) {
    const metric = wanted.find((candidate) => candidate.name === descriptor.name);
    if (metric === undefined) continue;
    const short = metric.name.replace('resilience.', '');
    for (const { attributes, value } of dataPoints) {
      if (attributes[ATTR_POLICY_NAME] !== name || value === 0) continue;
      // In the catalog's order, which for transitions is: previous state, new state.
      const keys = Object.keys(metric.series[0] ?? metric.attributes);
      const key = keys.map((key) => attributes[key]).join(' ');
      if (key === '') result[short] = value as number;
      else result[short] = { ...(result[short] as object), [key]: value as number };
    }
  }
  return result;
}

/** Count and sum of a histogram, all its series together; the sum to the millisecond. */
export async function durations(sdk: TestSdk, metric: string, attributes = {}) {
  const values = (await sdk.points(metric, attributes)).map(({ value }) => value as Histogram);
  return {
    count: values.reduce((all, { count }) => all + count, 0),
    seconds: Math.round(values.reduce((all, { sum }) => all + (sum ?? 0), 0) * 1000) / 1000,
  };
}

/** What a caller got. */
export type Answer = { readonly value: unknown } | { readonly error: unknown };

export function answerOf(promise: PromiseLike<unknown>): Promise<Answer> {
  return Promise.resolve(promise).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** Lets the fake clock run until nothing is left to happen, and returns the answer. */
export async function settled(promise: PromiseLike<unknown>): Promise<Answer> {
  const answer = answerOf(promise);
  await vi.runAllTimersAsync();
  return answer;
}

/** Everything that can happen without the clock has happened. */
export const turn = () => vi.advanceTimersByTimeAsync(0);

export const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A promise that a test settles when it likes. */
export function deferred<T = unknown>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  return { promise, resolve, reject };
}

/** A function that throws. */
export const fails = (error: unknown) => () => {
  throw error;
};

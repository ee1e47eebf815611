import type { Meter, MeterProvider, MetricOptions } from '@opentelemetry/api';
import { expect, vi } from 'vitest';
import { type InstrumentOptions, instrument } from '../../src/index.ts';
import type { Cockatiel } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { Down, fails, Invalid, NAME } from './support.ts';

/**
 * Plays one scene with bare policies and with instrumented ones, and compares what was seen.
 */

/** Errors that both plays share, so that an error can be told to be the very same object. */
export const ERRORS = [new Down('0'), new Invalid('1'), new Down('2')] as const;

export interface World {
  readonly cockatiel: Cockatiel;
  /** To be called with a policy before it is used. Returns it. */
  readonly fresh: <P extends { execute: unknown }>(policy: P) => P;
  /** To be called with the same policies when calls are under way. */
  readonly running: (...policies: { execute: unknown }[]) => void;
  /** Notes something that must be the same. Objects are noted by what they are to the caller. */
  readonly note: (...seen: unknown[]) => void;
  /** Notes what a call answers; does not wait for it. */
  readonly answer: (name: string, call: () => unknown) => void;
  /** Begins to count microtasks, and returns the number of the current one. */
  readonly ticks: () => () => number;
}

export type Scene = (world: World) => void | Promise<void>;

/** How the policies of a scene are instrumented. */
export interface Treatment {
  readonly name: string;
  readonly fresh?: () => InstrumentOptions;
  readonly running?: () => InstrumentOptions;
}

/** An SDK whose histograms, counters and callbacks fail whenever they are used. */
class FailingProvider implements MeterProvider {
  readonly #sdk = new TestSdk();

  getMeter(name: string, version?: string): Meter {
    const meter = this.#sdk.provider.getMeter(name, version);
    const createHistogram = (metric: string, options?: MetricOptions) => {
      const histogram = meter.createHistogram(metric, options);
      return { ...histogram, record: fails(new Error('no record')) };
    };
    return new Proxy(meter, {
      get: (target, key) => {
        if (key === 'createHistogram') return createHistogram;
        const member: unknown = Reflect.get(target, key, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }
}

const options = (more: InstrumentOptions = {}) => ({
  meterProvider: new TestSdk().provider,
  ...more,
});

export const TREATMENTS: readonly Treatment[] = [
  { name: 'with an SDK', fresh: options },
  { name: 'without an SDK', fresh: () => ({}) },
  { name: 'without durations', fresh: () => options({ durations: false }) },
  {
    name: 'with a hook that throws',
    fresh: () => options({ errorType: fails(new Error('no type')) as () => string }),
  },
  {
    name: 'with instruments that throw',
    fresh: () => options({ meterProvider: new FailingProvider() }),
  },
  {
    name: 'with a meter provider that throws',
    fresh: () => options({ meterProvider: { getMeter: fails(new Error('no meter')) } }),
  },
  { name: 'while calls are running', running: options },
];

export interface Trace {
  /** What happened inside, in order. */
  readonly seen: readonly string[];
  /** What the callers got, in order. A caller gets it a microtask later than from a bare policy. */
  readonly answers: readonly string[];
}

export async function play(
  cockatiel: Cockatiel,
  scene: Scene,
  treatment?: Treatment,
): Promise<Trace> {
  vi.useFakeTimers();
  const seen: string[] = [];
  const answers: string[] = [];
  const note = (...parts: unknown[]) => void seen.push(parts.map(show).join(' '));
  const settings = { fresh: treatment?.fresh?.(), running: treatment?.running?.() };
  const before = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (error) => note('unhandled:', error));
  try {
    await scene({
      cockatiel,
      note,
      ticks,
      fresh: (policy) => (settings.fresh ? instrument(NAME, policy, settings.fresh) : policy),
      running: (...policies) => {
        if (settings.running === undefined) return;
        for (const policy of policies) instrument(NAME, policy, settings.running);
      },
      answer: (name, call) => {
        let answer: unknown;
        try {
          answer = call();
        } catch (error) {
          note(name, 'throws', error);
          return;
        }
        Promise.resolve(answer).then(
          (value) => void answers.push(`${name} gives ${show(value)}`),
          (error: unknown) => void answers.push(`${name} fails with ${show(error)}`),
        );
      },
    });
    await vi.runAllTimersAsync();
    note('timers:', vi.getTimerCount());
  } finally {
    vi.useRealTimers();
    // Node tells of unhandled rejections between two turns of its loop.
    await new Promise(setImmediate);
    process.removeAllListeners('unhandledRejection');
    for (const listener of before) process.on('unhandledRejection', listener);
  }
  // Of calls before and after the instrumentation, those before are answered a microtask sooner.
  if (treatment?.running) answers.sort();
  return { seen, answers };
}

export async function expectUnchanged(cockatiel: Cockatiel, scene: Scene): Promise<void> {
  const bare = await play(cockatiel, scene);
  // Of a scene that can fail there is more to be seen than its timers.
  expect(bare.seen.length + bare.answers.length).toBeGreaterThan(1);
  for (const treatment of TREATMENTS) {
    const answers = treatment.running ? [...bare.answers].sort() : bare.answers;
    expect(await play(cockatiel, scene, treatment), treatment.name).toEqual({ ...bare, answers });
  }
}

function ticks(): () => number {
  let now = 0;
  const next = () => {
    if (++now < 60) queueMicrotask(next);
  };
  queueMicrotask(next);
  return () => now;
}

function show(value: unknown): string {
  const index = ERRORS.indexOf(value as (typeof ERRORS)[number]);
  if (index >= 0) return `error #${index}`;
  if (value instanceof Error) return `${value.constructor.name}(${value.message})`;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}

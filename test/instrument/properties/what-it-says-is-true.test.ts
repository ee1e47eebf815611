import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { snapshot } from '../../../src/index.ts';
import { type Cockatiel, majors } from '../../support/cockatiel.ts';
import { TestSdk } from '../../support/metrics.ts';
import { scenarios } from './arbitraries.ts';
import { Instrumented } from './instrumented.ts';
import { Model } from './model.ts';
import { isMonotone, type Numbers, ofCollection, ofSnapshot } from './numbers.ts';
import { type Copy, play } from './play.ts';
import { RUN_TIMEOUT, runs } from './runs.ts';
import type { Scenario } from './scenario.ts';

const SCENARIOS = scenarios({ throwing: false, midway: false, foreign: true });

describe.each(majors)('cockatiel $major', ({ cockatiel }) => {
  it(
    'counts what an observer outside counts, after every turn',
    async () => {
      await fc.assert(
        fc.asyncProperty(SCENARIOS, async (scenario) => {
          const copy = new Instrumented(scenario);
          const { expected, actual } = await judge(scenario, cockatiel, copy, (name) =>
            numbersOf(copy.nameOf(name)),
          );
          expect(actual).toEqual(expected.map((names) => each(names, inSnapshot)));
        }),
        runs(),
      );
    },
    RUN_TIMEOUT,
  );

  it(
    'counts every execution and takes nothing back, whenever one looks',
    async () => {
      await fc.assert(
        fc.asyncProperty(SCENARIOS, async (scenario) => {
          const wrong: unknown[] = [];
          const copy: Instrumented & Copy = new Instrumented(scenario);
          const before = new Map<string, Numbers>();
          copy.during = () => {
            for (const scope of snapshot()) {
              const numbers = ofSnapshot(scope);
              wrong.push(...inconsistencies(before.get(scope.name) ?? {}, numbers));
              before.set(scope.name, numbers);
            }
          };
          await play(scenario, cockatiel, copy);
          expect(wrong).toEqual([]);
        }),
        runs(1 / 2),
      );
    },
    RUN_TIMEOUT,
  );

  it(
    'reports to an SDK what an observer outside counts',
    async () => {
      await fc.assert(
        fc.asyncProperty(SCENARIOS, async (scenario) => {
          const sdk = new TestSdk();
          const copy = new Instrumented(scenario, { meterProvider: sdk.provider });
          const { expected, actual } = await judge(scenario, cockatiel, copy, async (name) =>
            ofCollection(await sdk.collect(), copy.nameOf(name)),
          );
          expect(actual).toEqual(expected.map((names) => each(names, inSdk)));
        }),
        runs(1 / 4),
      );
    },
    RUN_TIMEOUT,
  );
});

/** After each turn, by name. */
type Story = Record<string, Numbers>[];

/** Plays a scenario twice: for the observer outside, and for what he is to judge. */
async function judge(
  scenario: Scenario,
  cockatiel: Cockatiel,
  copy: Copy,
  read: (name: string) => Promise<Numbers> | Numbers | undefined,
): Promise<{ expected: Story; actual: Story }> {
  const model = new Model(scenario);
  const expected: Story = [];
  const bare = await play(scenario, cockatiel, {
    probe: model.recorder.probe,
    begin: (world) => model.begin(world),
    between: (world) => {
      expected.push(model.expected(world));
    },
  });
  const actual: Story = [];
  copy.between = async () => {
    const turn: Record<string, Numbers> = {};
    for (const name of Object.keys(expected[actual.length] ?? {})) {
      turn[name] = (await read(name)) ?? {};
    }
    actual.push(turn);
  };
  const observed = await play(scenario, cockatiel, copy);
  // A policy of the user's own may make one microtask decide what happens; then other things have
  // happened to the two. That it is only then, is what nothing-changes.test.ts is about.
  fc.pre(observed.unordered.join() === bare.unordered.join());
  return { expected, actual };
}

function numbersOf(name: string): Numbers | undefined {
  const found = snapshot().find((scope) => scope.name === name);
  return found && ofSnapshot(found);
}

function inconsistencies(before: Numbers, now: Numbers): string[] {
  return Object.entries(now).flatMap(([key, value]) => {
    if (value < 0) return [`${key} is ${value}`];
    const last = before[key] ?? 0;
    return isMonotone(key) && value < last ? [`${key} fell from ${last} to ${value}`] : [];
  });
}

function inSnapshot(numbers: Numbers): Numbers {
  return pick(numbers, (key) => !/\.(count|sum)$|^fallback\.calls\.\w+\./.test(key));
}

function inSdk(numbers: Numbers): Numbers {
  return pick(numbers, (key) => !/^fallback\.calls\.\w+$/.test(key));
}

function pick(numbers: Numbers, wanted: (key: string) => boolean): Numbers {
  return Object.fromEntries(Object.entries(numbers).filter(([key]) => wanted(key)));
}

function each<T, U>(all: Record<string, T>, change: (one: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(all).map(([key, one]) => [key, change(one)]));
}

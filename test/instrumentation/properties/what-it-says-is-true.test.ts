import { describe, expect, it } from 'vitest';
import { snapshot } from '../../../src/index.ts';
import { type Cockatiel, majors } from '../../support/cockatiel.ts';
import fc from '../../support/fast-check.ts';
import { TestSdk } from '../../support/metrics.ts';
import { scenarios } from './arbitrary-scenarios.ts';
import { Instrumented } from './instrumented.ts';
import { Model } from './model.ts';
import { isMonotone, isUnborn, type Numbers, ofCollection, ofSnapshot } from './numbers.ts';
import { type Copy, play } from './play.ts';
import { LATE } from './races.ts';
import { RUN_TIMEOUT, runs } from './runs.ts';
import type { Scenario } from './scenario.ts';
import type { Probe } from './world.ts';

const PLAIN = scenarios({ throwing: false, midway: false, foreign: false });
const DOUBLES = scenarios({ throwing: false, midway: false, foreign: true, doubles: true });
const FOREIGN = scenarios({ throwing: false, midway: false, foreign: true });

describe.each(majors)('cockatiel $major', ({ cockatiel }) => {
  it(
    'counts what an observer outside counts, after every turn',
    async () => {
      await fc.assert(
        fc.asyncProperty(PLAIN, async (scenario) => {
          const expected = await observe(scenario, cockatiel);
          const copy = new Instrumented(scenario);
          const actual = await listen(scenario, cockatiel, copy, expected, () =>
            snapshot().map((scope) => [scope.name, ofSnapshot(scope)]),
          );
          expect(actual).toEqual(expected.map((turn) => inSnapshot(turn)));
        }),
        runs(),
      );
    },
    RUN_TIMEOUT,
  );

  it(
    'counts it through policies and functions of the user, too, where no single microtask decides',
    async () => {
      await fc.assert(
        fc.asyncProperty(FOREIGN, async (scenario) => {
          const expected = await observe(scenario, cockatiel);
          for (const probe of LATE) {
            const second = await observe(scenario, cockatiel, probe);
            fc.pre(JSON.stringify(second) === JSON.stringify(expected));
          }
          const copy = new Instrumented(scenario);
          const actual = await listen(scenario, cockatiel, copy, expected, () =>
            snapshot().map((scope) => [scope.name, ofSnapshot(scope)]),
          );
          expect(actual).toEqual(expected.map((turn) => inSnapshot(turn)));
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
        fc.asyncProperty(PLAIN, async (scenario) => {
          const expected = await observe(scenario, cockatiel);
          const sdk = new TestSdk();
          const copy = new Instrumented(scenario, { meterProvider: sdk.provider });
          const actual = await listen(scenario, cockatiel, copy, expected, async () =>
            ofCollection(await sdk.collect()),
          );
          expect(actual.map((turn) => ordered(born(turn), scenario))).toEqual(
            expected.map((turn) => ordered(inSdk(turn), scenario)),
          );
        }),
        runs(1 / 4),
      );
    },
    RUN_TIMEOUT,
  );

  it(
    'takes nothing back, whenever one looks',
    async () => {
      await fc.assert(
        fc.asyncProperty(DOUBLES, async (scenario) => {
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
});

/** All numbers by name, after a turn. */
type Turn = Record<string, Numbers>;

function setsClockBack({ turns }: Scenario): boolean {
  const actions = turns.flatMap((turn) => ('actions' in turn ? turn.actions : []));
  return actions.some((action) => action.do === 'set clock' && action.ms < 0);
}

/** What the observer outside counts. */
async function observe(
  scenario: Scenario,
  cockatiel: Cockatiel,
  probe: Probe = (policy) => policy,
): Promise<Turn[]> {
  const model = new Model(scenario);
  const turns: Turn[] = [];
  await play(scenario, cockatiel, {
    probe: (policy, spec) => probe(model.recorder.probe(policy, spec), spec),
    begin: (world) => model.begin(world),
    between: (world) => {
      turns.push(model.expected(world));
    },
  });
  return turns;
}

/** What is said of the names that the observer knows. */
async function listen(
  scenario: Scenario,
  cockatiel: Cockatiel,
  copy: Instrumented & Copy,
  expected: readonly Turn[],
  read: () => Promise<[string, Numbers][]> | [string, Numbers][],
): Promise<Turn[]> {
  const turns: Turn[] = [];
  copy.between = async () => {
    const output = new Map(await read());
    const names = Object.keys(expected[turns.length] ?? {});
    turns.push(
      Object.fromEntries(names.map((name) => [name, output.get(copy.nameOf(name)) ?? {}])),
    );
  };
  await play(scenario, cockatiel, copy);
  return turns;
}

function inconsistencies(before: Numbers, now: Numbers): string[] {
  return Object.entries(now).flatMap(([key, value]) => {
    if (value < 0) return [`${key} is ${value}`];
    const last = before[key] ?? 0;
    return isMonotone(key) && value < last ? [`${key} fell from ${last} to ${value}`] : [];
  });
}

/** A snapshot has no histograms, and no types of fallbacks. */
function inSnapshot(turn: Turn): Turn {
  return only(turn, (key) => !/\.(count|sum)$|^fallback\.calls\.\w+\./.test(key));
}

function inSdk(turn: Turn): Turn {
  return born(only(turn, (key) => !/^fallback\.calls\.\w+$/.test(key)));
}

/** Of two values of a gauge, the SDK keeps the later one by the wall clock, which may be set back. */
function ordered(turn: Turn, scenario: Scenario): Turn {
  const isGauge = (key: string) => /downtime|failures|timeout\.limit/.test(key);
  return setsClockBack(scenario) ? only(turn, (key) => !isGauge(key)) : turn;
}

/** Without the zeros of series that need not exist yet. */
function born(turn: Turn): Turn {
  return only(turn, (key, value) => !isUnborn(key, value));
}

function only(turn: Turn, wanted: (key: string, value: number) => boolean): Turn {
  return Object.fromEntries(
    Object.entries(turn).map(([name, numbers]) => [
      name,
      Object.fromEntries(Object.entries(numbers).filter(([key, value]) => wanted(key, value))),
    ]),
  );
}

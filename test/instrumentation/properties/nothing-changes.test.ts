import { describe, expect, it } from 'vitest';
import { majors } from '../../support/cockatiel.ts';
import fc from '../../support/fast-check.ts';
import { scenarios } from './arbitrary-scenarios.ts';
import { Instrumented } from './instrumented.ts';
import { play } from './play.ts';
import { LATE, lateMidway } from './races.ts';
import { RUN_TIMEOUT, runs } from './runs.ts';
import type { Entry, Trace } from './trace.ts';

describe.each(majors)('cockatiel $major', ({ cockatiel }) => {
  it(
    'does the same things in the same microtask whether it is instrumented or not',
    async () => {
      const range = { throwing: true, midway: false, foreign: false };
      await fc.assert(
        fc.asyncProperty(scenarios(range), async (scenario) => {
          const bare = await play(scenario, cockatiel);
          const observed = await play(scenario, cockatiel, new Instrumented(scenario));
          expect(observed.inside.map(withTick)).toEqual(bare.inside.map(withTick));
          expect(answersOf(observed)).toEqual(answersOf(bare));
          for (const [call, { tick }] of observed.answers) {
            // The caller gets a promise derived from cockatiel's.
            expect(tick - (bare.answers.get(call)?.tick ?? 0)).toBeOneOf([0, 1]);
          }
        }),
        runs(),
      );
    },
    RUN_TIMEOUT,
  );

  it.each([
    [
      'with policies and functions that call a stack',
      { midway: false, foreign: true, doubles: true },
    ],
    ['instrumented, and no more so, while calls run', { midway: true, foreign: false }],
  ])(
    'does the same things at the same time where no single microtask decides: %s',
    async (_, range) => {
      await fc.assert(
        fc.asyncProperty(scenarios({ throwing: true, ...range }), async (scenario) => {
          const bare = await play(scenario, cockatiel);
          for (const late of [...LATE.map((probe) => ({ probe })), lateMidway(scenario)]) {
            const second = await play(scenario, cockatiel, late);
            fc.pre(second.unordered.join() === bare.unordered.join());
          }
          const observed = await play(scenario, cockatiel, new Instrumented(scenario));
          expect(observed.unordered).toEqual(bare.unordered);
        }),
        runs(1 / 2),
      );
    },
    RUN_TIMEOUT,
  );
});

function withTick({ time, tick, text }: Entry): string {
  return `${time}+${tick} ${text}`;
}

function answersOf({ answers }: Trace): string[] {
  return [...answers].map(([call, { time, text }]) => `${call}: ${text} at ${time}`).sort();
}

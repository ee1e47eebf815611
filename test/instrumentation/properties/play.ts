import { getEventListeners } from 'node:events';
import type { Cockatiel } from '../../support/cockatiel.ts';
import { Clock } from './clock.ts';
import type { Scenario } from './scenario.ts';
import type { Trace } from './trace.ts';
import { type Probe, World } from './world.ts';

/** What is done to a copy of a scenario, besides the scenario. */
export interface Copy {
  probe?: Probe;
  /** The policies are there, and nobody has used them. */
  begin?(world: World): void;
  /** Before a turn of this index; the end is a turn, too. */
  before?(world: World, turn: number): void;
  /** The user's own code sees something: a call, an event, a question to a filter. */
  during?(): void;
  /** No microtask is left, and the clock stands still. */
  between?(world: World): void | Promise<void>;
  end?(world: World): void;
}

/** Long enough for every timer of a scenario, but for retries that go on and on. */
const REST = 60;

/** Plays a scenario on a fake clock and returns what could be seen. */
export async function play(
  scenario: Scenario,
  cockatiel: Cockatiel,
  copy: Copy = {},
): Promise<Trace> {
  const clock = Clock.install();
  const world = new World(scenario, cockatiel, clock, copy.probe ?? ((policy) => policy));
  world.trace.onSight = () => copy.during?.();
  let unhandled = 0;
  const restore = onUnhandled((error) =>
    world.trace.answered(`unhandled ${unhandled++}`, world.trace.nameOf(false, error)),
  );
  try {
    if (scenario.listeners === 'before') world.listen();
    copy.begin?.(world);
    if (scenario.listeners === 'after') world.listen();
    const turns = [...scenario.turns, { advance: REST }];
    for (const [index, turn] of turns.entries()) {
      copy.before?.(world, index);
      if (index === 0) {
        for (const policies of [true, false]) world.decorate({ isLater: true, policies });
      }
      if ('advance' in turn) await clock.advance(turn.advance, () => world.look());
      else {
        await clock.turn(() => {
          void inTurn(turn.actions, turn.hops, (action) => world.act(action));
        });
        world.look();
      }
      await copy.between?.(world);
    }
    for (const { signal } of world.controllers) {
      world.trace.sees(`${getEventListeners(signal, 'abort').length} listeners are left`);
    }
    return world.trace.settle();
  } finally {
    copy.end?.(world);
    restore();
    clock.uninstall();
  }
}

async function inTurn<T>(all: readonly T[], hops: number, act: (item: T) => void): Promise<void> {
  for (const item of all) {
    act(item);
    for (let hop = 0; hop < hops; hop++) await undefined;
  }
}

/** Takes the rejections that nobody handles away from the test runner. */
function onUnhandled(listener: (error: unknown) => void): () => void {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', listener);
  return () => {
    process.removeAllListeners('unhandledRejection');
    for (const second of others) process.on('unhandledRejection', second);
  };
}

import { type InstrumentOptions, instrument, uninstrument } from '../../../src/index.ts';
import type { Copy } from './play.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

/** What the hook calls every error. */
export const NAMED = 'named by the hook';

const HOOKS: Record<Scenario['errorType'], InstrumentOptions> = {
  default: {},
  names: { errorType: () => NAMED },
  throws: {
    errorType() {
      throw new Error('the hook fails');
    },
  },
};

let plays = 0;

/** The copy whose stacks go through `instrument`, in the order in which they were built. */
export class Instrumented implements Copy {
  readonly #scenario: Scenario;
  readonly #options: InstrumentOptions;
  /** Counts outlive their policies, so every play has names of its own. */
  readonly #play = plays++;

  constructor(scenario: Scenario, options: InstrumentOptions = {}) {
    this.#scenario = scenario;
    this.#options = { ...HOOKS[scenario.errorType], ...options };
  }

  nameOf(name: string): string {
    return `${name} of play ${this.#play}`;
  }

  before({ stacks, another: second }: World, turn: number): void {
    if (turn === this.#scenario.instrumentedAt) {
      instrument(this.nameOf('other'), second, this.#options);
      stacks.forEach((stack, index) => {
        const name = this.#scenario.stacks[index]?.name ?? '';
        instrument(this.nameOf(name), stack, this.#options);
      });
    }
    if (turn === this.#scenario.uninstrumentedAt) this.end({ stacks, another: second });
  }

  end({ stacks, another: second }: Pick<World, 'stacks' | 'another'>): void {
    uninstrument(second);
    for (const stack of stacks) uninstrument(stack);
  }
}

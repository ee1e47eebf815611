import { vi } from 'vitest';

const realImmediate = setImmediate;

/** So many microtasks of a turn are told apart; no turn of a scenario has as many. */
const TICKS = 250;

/**
 * vitest's fake clock, with a count of microtasks besides: `tick` is how many rounds of the
 * microtask queue lie between the beginning of the turn and now.
 */
export class Clock {
  tick = 0;

  static install(): Clock {
    vi.useFakeTimers({
      now: 1_000_000,
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    });
    // As in a real process, nothing happens at zero.
    vi.advanceTimersByTime(1);
    return new Clock();
  }

  uninstall(): void {
    vi.clearAllTimers();
    vi.useRealTimers();
  }

  get now(): number {
    return performance.now();
  }

  /** Timers that are set. */
  get timers(): number {
    return vi.getTimerCount();
  }

  /** Moves the wall clock, as an administrator would: timers don't notice. */
  set(time: number): void {
    vi.setSystemTime(time);
  }

  /** Runs `begin`, and all the microtasks that follow from it. */
  async turn(begin: () => void): Promise<void> {
    this.tick = 0;
    void this.#count();
    begin();
    await new Promise((resolve) => realImmediate(resolve));
  }

  /**
   * Timers of one millisecond fire in one turn, in the order they were set, as they do on the fake
   * clocks of users' tests: nowhere else do a timeout and its function race as hard.
   */
  async advance(ms: number, afterEach: () => void): Promise<void> {
    let there = false;
    setTimeout(() => {
      there = true;
    }, ms);
    while (!there) {
      await this.turn(() => vi.advanceTimersToNextTimer());
      afterEach();
    }
  }

  async #count(): Promise<void> {
    while (this.tick < TICKS) {
      await undefined;
      this.tick++;
    }
  }
}

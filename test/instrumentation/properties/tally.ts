import { type Numbers, round } from './numbers.ts';

/** Numbers that are being counted. */
export class Tally {
  readonly numbers: Numbers = {};

  add(key: string, amount = 1): void {
    this.numbers[key] = round((this.numbers[key] ?? 0) + amount);
  }

  /** They are there from the beginning. */
  zero(prefix: string, keys: readonly string[]): void {
    for (const key of keys) this.add(`${prefix}.${key}`, 0);
  }

  /** One duration of a histogram. */
  time(key: string, seconds: number): void {
    this.add(`${key}.count`);
    this.add(`${key}.sum`, seconds);
  }
}

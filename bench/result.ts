/** One line of the table. */
export interface Result {
  readonly measure: string;
  readonly value: number;
  /** The most it may be. */
  readonly limit: number;
  /** @default a ratio, without a unit */
  readonly unit?: string;
  /** What stands behind the number. */
  readonly detail: string;
}

export const microseconds = (nanoseconds: number) => `${(nanoseconds / 1000).toFixed(2)} µs`;

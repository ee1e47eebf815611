/** Paired measurement: both sides in turn, many rounds, and the median of what each round gives. */

export type Work = () => Promise<unknown>;

export interface Rounds {
  /** Nanoseconds a call, by side, by round. */
  readonly [side: string]: readonly number[];
}

interface Plan {
  readonly rounds: number;
  /** Calls of one side in one round. */
  readonly calls: number;
  /** What is measured. @default wall clock */
  readonly clock?: () => number;
  /** Calls of each side before. @default as many as 20 rounds have */
  readonly warmUp?: number;
}

const wallClock = () => Number(process.hrtime.bigint());

/** CPU time of the process, in nanoseconds. */
export const cpuClock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
};

export async function measure(
  sides: Readonly<Record<string, Work>>,
  { rounds, calls, clock = wallClock, warmUp = 20 * calls }: Plan,
): Promise<Rounds> {
  const names = Object.keys(sides);
  // A service runs for days: all sides are compiled before they are compared.
  for (let call = 0; call < warmUp; call++) {
    for (const name of names) await sides[name]?.();
  }
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // The side that goes first changes, as the first one pays for the other's garbage.
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) {
      const work = sides[name] as Work;
      const start = clock();
      for (let call = 0; call < calls; call++) await work();
      const time = (clock() - start) / calls;
      times[name]?.push(time);
    }
  }
  return times;
}

/** The fastest round of one side relative to the fastest of another: least disturbed by the machine. */
export function bestOf(rounds: Rounds, side: string, base: string): number {
  return Math.min(...(rounds[side] ?? [])) / Math.min(...(rounds[base] ?? []));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The median over the rounds of something computed from the times of one round. */
export function medianOf(rounds: Rounds, of: (time: (side: string) => number) => number): number {
  const count = Math.min(...Object.values(rounds).map((times) => times.length));
  return median(
    Array.from({ length: count }, (_, round) => of((side) => rounds[side]?.[round] ?? Number.NaN)),
  );
}

/** One second of the demo is one minute of production: all documented times are divided by this. */
export const SCALE = 60;

/** Milliseconds in the demo for documented seconds. */
export function scaled(seconds: number): number {
  return (seconds * 1000) / SCALE;
}

/** A documented time with its length in the demo: `15 s (here 0.25 s)`. */
export function documented(seconds: number): string {
  return `${seconds} s (here ${Number((seconds / SCALE).toFixed(2))} s)`;
}

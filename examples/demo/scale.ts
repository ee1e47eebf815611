/** One second here is one minute of production: every documented time is divided by this. */
export const SCALE = 60;

/** Milliseconds here for documented seconds. */
export function scaled(seconds: number): number {
  return (seconds * 1000) / SCALE;
}

/** A documented time and what it is here: `15 s (here 0.25 s)`. */
export function documented(seconds: number): string {
  return `${seconds} s (here ${Number((seconds / SCALE).toFixed(2))} s)`;
}

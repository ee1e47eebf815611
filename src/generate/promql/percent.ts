/** Formats a ratio: `0.0001` is `0.01%`. */
export function toPercent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(12))}%`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/**
 * A duration as Prometheus and Grafana write it: in the largest unit that leaves no fraction, such
 * as `5m`, `90s` or `9500ms`. Milliseconds are the least that Prometheus knows.
 *
 * @throws RangeError if less than a millisecond is left
 */
export function toDuration(seconds: number): string {
  const ms = Math.round(seconds * 1000);
  if (!(ms >= 1)) throw new RangeError(`Expected a duration of 1 ms at least, got ${seconds} s`);
  const [unit, size] = UNITS.find(([, each]) => ms % each === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/**
 * A duration for Prometheus and Grafana in the largest unit without a fraction: `5m`, `90s`, `9500ms`.
 *
 * @throws RangeError if it is shorter than a millisecond, the smallest unit of Prometheus
 */
export function toDuration(seconds: number): string {
  const ms = Math.round(seconds * 1000);
  if (!(ms >= 1)) throw new RangeError(`Expected a duration of at least 1 ms, got ${seconds} s`);
  const [unit, size] = UNITS.find(([, unitMs]) => ms % unitMs === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

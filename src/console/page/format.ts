/** Formats numbers and times. */

export function rate(perSecond: number): string {
  if (perSecond === 0) return '0';
  if (perSecond < 0.1) return '<0.1';
  return perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond));
}

export function count(value: number): string {
  if (value < 10_000) return String(value);
  if (value < 1_000_000) return `${(value / 1000).toFixed(value < 100_000 ? 1 : 0)} k`;
  return `${(value / 1_000_000).toFixed(1)} M`;
}

/** A ratio, rounded down. Only 0 is shown as 0 %, and only 1 as 100 %. */
export function percent(ratio: number): string {
  return formatPercent(ratio, Math.floor);
}

/** The ratio of a problem, rounded up. */
export function troublePercent(ratio: number): string {
  return formatPercent(ratio, Math.ceil);
}

function formatPercent(ratio: number, round: (value: number) => number): string {
  // 0.29 * 100 is 28.999999999999996.
  const value = Number((ratio * 100).toPrecision(12));
  if (value > 0 && value < 0.1) return '<0.1 %';
  if (value > 99.9 && value < 100) return '99.9 %';
  if (Number.isInteger(value)) return `${value} %`;
  if (value < 10) return `${(round(Number((value * 10).toPrecision(12))) / 10).toFixed(1)} %`;
  return `${round(value) === 100 ? 99.9 : round(value)} %`;
}

/** The duration of a call. */
export function latency(seconds: number | null): string {
  if (seconds === null) return '–';
  const milliseconds = seconds * 1000;
  if (milliseconds < 1) return '<1 ms';
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  return `${Number(seconds.toPrecision(seconds < 10 ? 2 : 3))} s`;
}

/** A duration in one useful unit. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

export function clock(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

/** The window of counts and ratios, which is shorter during the first minute of sampling. */
export function spanText(sampledSeconds: number): string {
  if (sampledSeconds >= 60) return 'last minute';
  return sampledSeconds > 0
    ? `last ${sampledSeconds} s, as sampling began then`
    : 'nothing yet, as sampling begins now';
}

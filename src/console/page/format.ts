/** Numbers as people read them. */

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

/** A ratio, rounded down; what is not nothing is never told as nothing, nor what is not all as all. */
export function percent(ratio: number): string {
  return rounded(ratio, Math.floor);
}

/** A share of trouble, rounded up: it is never told as less than it is. */
export function troublePercent(ratio: number): string {
  return rounded(ratio, Math.ceil);
}

function rounded(ratio: number, round: (value: number) => number): string {
  // 0.29 times 100 is a little less than 29.
  const value = Number((ratio * 100).toPrecision(12));
  if (value > 0 && value < 0.1) return '<0.1 %';
  if (value > 99.9 && value < 100) return '99.9 %';
  if (Number.isInteger(value)) return `${value} %`;
  if (value < 10) return `${(round(Number((value * 10).toPrecision(12))) / 10).toFixed(1)} %`;
  return `${round(value) === 100 ? 99.9 : round(value)} %`;
}

/** How long a call took. */
export function latency(seconds: number | null): string {
  if (seconds === null) return '–';
  const milliseconds = seconds * 1000;
  if (milliseconds < 1) return '<1 ms';
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  return `${Number(seconds.toPrecision(seconds < 10 ? 2 : 3))} s`;
}

/** How long something has been so, in one unit that is still of use. */
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

/** How far back counts and shares look, as long as nobody has watched for a minute. */
export function spanText(watchedSeconds: number): string {
  if (watchedSeconds >= 60) return 'last minute';
  return watchedSeconds > 0
    ? `last ${watchedSeconds} s, as nobody looked before`
    : 'nothing yet, as nobody looked before';
}

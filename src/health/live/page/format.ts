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

/** A ratio; what is not nothing is never told as nothing, nor what is not all as all. */
export function percent(ratio: number): string {
  const value = ratio * 100;
  if (value > 0 && value < 0.1) return '<0.1 %';
  if (value > 99.9 && value < 100) return '99.9 %';
  const digits = value < 10 && !Number.isInteger(value) ? 1 : 0;
  return `${digits === 0 && value < 100 ? Math.floor(value) : value.toFixed(digits)} %`;
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
